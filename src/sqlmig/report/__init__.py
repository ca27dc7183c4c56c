"""Values to text and JSON; all wording of results is here."""
