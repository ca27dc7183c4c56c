"""The text that sqlglot's parser gets: the words and symbols of the grammar, and a number in place of everything else.

sqlglot knows many words that mean nothing to PostgreSQL, gives known functions classes of their own, changes the
literals of intervals, JSON paths and subscripts, reads some operators as another dialect's, and does all that
differently from release to release. So it gets none of it. What is left is the structure, the one thing that it is
asked for, and a number leads each leaf of its tree back to the token that it comes from:

    a.tenant_id = nullif(current_setting('x', true), '')::uuid AND b @> '{}'
    n0 . n2 = n4 ( n6 ( '8' , true ) , '11' ) :: n14 and n16 || '18'

What has no part in any answer is left out: names of arguments, frames of windows, FOR UPDATE, FETCH, TABLESAMPLE.
"""
