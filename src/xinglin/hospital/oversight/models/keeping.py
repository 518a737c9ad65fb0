"""How long the rows of oversight are kept, and why."""

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

EVIDENCE = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "evidence of supervision, kept with the outpatient record it judges; no law sets a figure for it",
)
COUNTS = Keeping(Sensitivity.INTERNAL, 15, "counts of reminders by rule, without persons; no law sets a figure")
PROCESS = Keeping(
    Sensitivity.PERSONAL, 15, "due process about a provider, kept with the finding it decides; no law sets a figure"
)
SETTINGS = Keeping(Sensitivity.INTERNAL, None, "how the hospital used its rules on each day explains old verdicts")
