"""The file format as tables of keys: the reader, the JSON Schemas and the reference page are made from them."""
