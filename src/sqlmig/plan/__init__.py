"""Pure decisions: what is applied, what is pending, what shall run, what is refused."""
