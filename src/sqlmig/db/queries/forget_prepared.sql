SELECT {history}.forget_prepared()
