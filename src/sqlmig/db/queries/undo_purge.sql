-- Drops copies whose time is over. Few at once: each drop holds a lock until the end of the transaction.
SELECT {history}.undo_purge(100)
