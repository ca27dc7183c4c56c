"""Which form of the lock table an operation is, and which relations play the roles in it: one module for each field.

A function takes the scene and the operation, and gives the forms whose effects come together. The facts are the lock
table's alone: where it has no form for an operation, the nearest one is named, and the answer is not `certain`.
"""
