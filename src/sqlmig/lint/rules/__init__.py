"""One rule a file. `lint/catalogue.py` lists them."""
