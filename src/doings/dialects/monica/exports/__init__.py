"""The export of an account that Monica 4 gives as one JSON file ("Export your data, as JSON").

It is nested and refers to itself by UUIDs: contacts hold their notes and calls, and name their
activities, types and genders. `elements` cuts it into elements that each say one thing whole, and
`mapping` reads those.
"""
