"""Jobs of the ledger: the nightly second addition."""

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.periodic(cron="17 2 * * *")
@app.task(name="ledger.add_again", queue="clocks", queueing_lock="ledger.add_again")
def add_again_nightly(timestamp: int) -> None:
    """Add the books up again; a difference raises, so that the job stands as failed until somebody looks."""
    from xinglin.hospital.ledger.readdition import add_again  # jobs are found before the models can load

    result = add_again()
    log.info("books: %s accounts, %s transfers, sum %s fen", result.accounts, result.transfers, result.sum_fen)
    if not result.adds_up:
        raise RuntimeError(f"the books do not add up: sum {result.sum_fen} fen; {'; '.join(result.problems)}")
