"""Pure knowledge of SQL text: tokens, statements and what the runner must know of them."""
