"""The catalogue: what can be applied for, what may be asked, who does what, and how long it may take.

`schema` the values, `parse` files and bytes, `situations` and `materials` and `form` what applies to one application,
`check` the linter, `search` the finder, `pinyin` its spellings, `district` the guide-only layer.
"""
