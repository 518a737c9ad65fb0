"""The rules: one family of questions a file, one function a rule, its papers attached.

A rule is a function of one argument, `f`, written in the closed vocabulary. It returns whether the rule *applies*,
whether it is *violated* and by how much. It knows neither the moment nor what will be done with its answer.
"""
