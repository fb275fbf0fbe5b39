"""The graph in other formats: a table from format to writer, one module a family of formats."""
