"""Where SQL stands in a body of plpgsql.

PostgreSQL's reader of plpgsql knows the words of its own statements, and takes for SQL whatever stands up to the word
or the semicolon that ends it, outside parentheses. This is the same reader, without any meaning: it finds the pieces.

    found: what is found, as values
    scan: how far the body is read, what is open there; the steps that reading is made of
    control: blocks, declarations, conditions, loops
    simple: the statements that hold no others
    reading: `read`, from the first token to the last
"""
