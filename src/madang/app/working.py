# SPDX-License-Identifier: Apache-2.0
"""The jobs process: durable work, and what is done again and again."""

import gc
import os
import shutil
import time
from pathlib import Path

from madang import (
    __version__,
    archives,
    audit,
    compliance,
    db,
    forges,
    hub,
    inbox,
    jobs,
    mail,
    operations,
    people,
    portal,
    provenance,
    scan,
    supervisor,
    tables,
    usage,
)
from madang.app import measuring
from madang.app.house import House, desk_of, open_house, traced
from madang.settings import Settings

SOURCE = Path(__file__).parent.parent
CHECKOUT = SOURCE.parent.parent
SEAL_SECONDS = 5
SIGN_SECONDS = 60
SWEEP_SECONDS = 24 * 3600
MAIL_SECONDS = 10
OBJECTS_SECONDS = 600
POST_SECONDS = 20
DIGEST_SECONDS = 300
MEASURE_SECONDS = 120
WATCH_SECONDS = 300
SAMPLE_SECONDS = 600
PARTS_SECONDS = 60
STANDING_SECONDS = 15
DRAIN_SECONDS = 2
GATES_SECONDS = 60
SHUTDOWN_SECONDS = 5
JOBS_CONNECTIONS = db.Connections(kept=5, most=15)


def verifier_of(house: House, pool: scan.Pool) -> compliance.Verifier:
    """What does the work behind versions."""
    return compliance.Verifier(
        database=house.database,
        store=house.store,
        pool=pool,
        guard=lambda: house.guard,
        scratch=house.scratch,
        archive_limits=lambda: house.archive_limits,
        fetch_limits=lambda: house.fetch_limits,
        folders={portal.ITSELF: CHECKOUT if (CHECKOUT / ".git").exists() else SOURCE, portal.EXAMPLE: example_folder()},
    )


def checker_of(house: House) -> audit.Checker:
    """What verifies the ledger when a page asks for it."""
    return audit.Checker(house.database, house.home / audit.HEADS_FILE, lambda: house.ledger_key)


def sampler_of(house: House, pool: scan.Pool) -> compliance.Sampler:
    """What looks again at what was scanned of late."""
    return compliance.Sampler(house.database, house.store, pool, house.scratch, __version__)


def reader_of(house: House) -> hub.Reader:
    """What reads tables that were pushed."""
    return hub.Reader(house.database, house.store, house.scratch, lambda: house.limits("tables", tables.Limits))


def example_folder() -> Path:
    """The example's folder: in a checkout beside the source, in an installation inside it."""
    installed = SOURCE / "_examples" / portal.EXAMPLE
    return installed if installed.is_dir() else CHECKOUT / "examples" / portal.EXAMPLE


def seal_ledger(house: House) -> None:
    """Every ledger line is numbered and chained. Often, for until then nothing outside the database knows of a line."""
    audit.seal(house.database)


def sign_ledger(house: House) -> None:
    """The ledger is sealed and its head signed, in the database and beside it."""
    seal_ledger(house)
    audit.sign_head(house.database, heads_file=house.home / audit.HEADS_FILE, key=house.ledger_key)


def send_letters(house: House) -> None:
    """Letters that are due are with the mail server, or wait for their next try."""
    mail.drain(house.database)


def post_letters(postman: inbox.Postman) -> None:
    """Letters on what is new are in the outbox, for those who want them at once."""
    postman.post()


def sum_up(postman: inbox.Postman) -> None:
    """The day's summaries are in the outbox, once a day."""
    postman.sum_up()


def clean_seldom() -> None:
    """Python looks for circles of objects less often: a report is very many objects and hardly any circles, and each look goes through
    all of them."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def settle_terms(house: House) -> None:
    """What may be done with versions is worked out anew for lists, where something changed."""
    while provenance.settle(house.database) and not jobs.is_stopping():
        pass


def hold_gates(house: House) -> None:
    """Embargoes and access whose day has come are over in rows too."""
    hub.let_time_pass(house.database)


def run_jobs(settings: Settings) -> None:
    """Do durable work until told to end. Work that does not end in time goes on at the next start."""
    house = open_house(settings, connections=JOBS_CONNECTIONS)
    clean_seldom()
    with scan.Pool(house.limits("scan", scan.Limits)) as pool:
        verifier, figures = verifier_of(house, pool), measuring.JobsFigures(house, pool)
        verifier.clear(older_than=0 if settings.is_sqlite else SWEEP_SECONDS)
        postman = inbox.Postman(house.database, house.url, settings.language, zone=settings.time_zone)
        works = operations.Works(desk_of(house))
        sampler = sampler_of(house, pool)
        drainer = usage.Drainer(house.database, house.usage_logs)
        runner = jobs.Runner(
            house.database,
            jobs=[
                *verifier.tasks(),
                *compliance.Registrar(house.database, lambda: house.guard).tasks(),
                *checker_of(house).tasks(),
                *works.tasks(),
                *sampler.tasks(),
                *reader_of(house).tasks(),
            ],
            beats=[
                jobs.Beat("seal", SEAL_SECONDS, lambda: seal_ledger(house)),
                jobs.Beat("sign", SIGN_SECONDS, lambda: sign_ledger(house)),
                jobs.Beat("usage", DRAIN_SECONDS, drainer.beat, everywhere=True),
                jobs.Beat("mail", MAIL_SECONDS, lambda: send_letters(house)),
                jobs.Beat("post", POST_SECONDS, lambda: post_letters(postman)),
                jobs.Beat("digest", DIGEST_SECONDS, lambda: sum_up(postman)),
                jobs.Beat("measure", MEASURE_SECONDS, works.measure),
                jobs.Beat("watch", WATCH_SECONDS, operations.Watch(desk_of(house)).look),
                jobs.Beat("parts", PARTS_SECONDS, lambda: compliance.catch_up(house.database)),
                jobs.Beat("standing", STANDING_SECONDS, lambda: settle_terms(house)),
                jobs.Beat("sample", SAMPLE_SECONDS, sampler.begin),
                jobs.Beat("sweep", SWEEP_SECONDS, lambda: sweep(house)),
                jobs.Beat("figures", measuring.LEAVE_SECONDS, figures, everywhere=True),
                jobs.Beat("objects", OBJECTS_SECONDS, figures.measure),
                jobs.Beat("gates", GATES_SECONDS, lambda: hold_gates(house)),
                jobs.Beat("tidy", SWEEP_SECONDS, lambda: tidy(house), everywhere=True),
            ],
            limits=house.limits("jobs", jobs.Limits),
        )
        end_traces = traced(settings, "jobs")
        runner.start()
        supervisor.wait_for_end()
        ended = runner.stop(SHUTDOWN_SECONDS)
        end_traces()
    sign_ledger(house)
    house.close()
    if not ended:
        os._exit(0)


def sweep(house: House) -> None:
    """Rows of what is over are gone."""
    people.sweep(house.database)
    mail.sweep(house.database)
    inbox.sweep(house.database)
    compliance.forget(house.database)
    hub.forget_tables(house.database)
    usage.forget_calls(house.database, limits=house.usage_limits)


def tidy(house: House) -> None:
    """What killed processes left in this home's folders is gone."""
    forges.sweep(house.home / "forges")
    archives.sweep(house.scratch)
    hub.sweep_xorbs(house.xorbs)
    for left in house.scratch.glob("upload-*"):
        if time.time() - left.stat().st_mtime > SWEEP_SECONDS:
            left.unlink(missing_ok=True)
    for left in (*house.scratch.glob("door-*"), *house.scratch.glob("table-*")):
        if time.time() - left.stat().st_mtime > SWEEP_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
