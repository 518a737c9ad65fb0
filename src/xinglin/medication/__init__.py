"""Where the medicine meets the law: facts of the law read as a case of the medicine, its findings told as facts.

Neither side knows the other. `xinglin.clinical` knows tables and patients, `xinglin.supervision` facts and rules; here
facts of a prescription become a case, and what the check finds becomes *detected issues*, which rules then measure.
Pure, like both.
"""
