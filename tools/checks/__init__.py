"""The house rules as code: one module per kind of rule, run by tools/tidy."""
