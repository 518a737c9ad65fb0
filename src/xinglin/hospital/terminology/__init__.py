"""What things are called and what they cost: medicines, diagnoses, services and the short lists everyone chooses from.

Medicines, ingredients, services and diagnoses are rows in the database, each valid from a day until a day, so that
last year's claim is read with last year's price. The short lists (frequencies, routes, departments, titles, reasons,
groups of chronic disease, review codes) are vocabulary of the program itself and ship with it as CSV files in `data/`.
"""
