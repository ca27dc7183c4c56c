"""What each operation changes in the schema state: one module for each kind of object, one function for an operation.

A function takes the draft of the new state and the operation. It takes the operation to succeed, as it will when the
migration runs: what only CASCADE drops is dropped with CASCADE alone. What it is about may be unknown.
"""
