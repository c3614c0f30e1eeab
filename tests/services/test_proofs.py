"""A proof of work is good once, for half an hour, and nobody can make one without the work."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid
from participation.models.limits import UsedProof
from participation.services import proofs
from tests.factories.proofs import WORK, make, packed, solve
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits

SECRET = "secret-of-the-installation"
MINUTE = timedelta(minutes=1)


def refusal(proof: str, *, secret: str = SECRET, later: timedelta = timedelta(0)) -> str:
    with pytest.raises(FormInvalid) as caught:
        proofs.solved(proof, secret=secret, now=NOW + later)
    [(field, problem)] = caught.value.problems.items()
    assert field == "proof"
    return problem.code


def test_a_solved_challenge_is_a_proof() -> None:
    challenge = proofs.challenge(secret=SECRET, work=WORK, now=NOW)
    assert {"algorithm", "challenge", "salt", "signature", "maxnumber"} <= {*challenge}
    assert challenge["maxnumber"] == WORK
    assert proofs.solved(solve(challenge), secret=SECRET, now=NOW) == challenge["challenge"]


def test_each_challenge_is_another() -> None:
    made = {proofs.challenge(secret=SECRET, work=WORK, now=NOW)["challenge"] for _ in range(5)}
    assert len(made) == 5


def test_the_secret_is_not_the_key() -> None:
    challenge = proofs.challenge(secret=SECRET, work=WORK, now=NOW)
    assert SECRET not in str(challenge)
    assert refusal(solve(challenge), secret="another") == "proof_wrong"


@pytest.mark.parametrize(("minutes", "good"), [(0, True), (29, True), (31, False), (3000, False)])
def test_it_is_good_for_half_an_hour(minutes: int, good: bool) -> None:
    proof = make(SECRET, NOW)
    if good:
        assert proofs.solved(proof, secret=SECRET, now=NOW + minutes * MINUTE)
    else:
        assert refusal(proof, later=minutes * MINUTE) == "proof_old"


WRONG = {
    "nothing like it": "proof",
    "not base64": "{}",
    "no json": packed("x")[:-2],
    "empty": packed({}),
    "a number": packed(7),
    "a list": packed(["algorithm", "challenge", "salt", "signature", "number"]),
    "nothing at all": packed(None),
    "too long": "A" * 4000,
    "another number": make(SECRET, NOW, number=WORK + 7),
    "a number in words": make(SECRET, NOW, number="7"),
    "true": make(SECRET, NOW, number=True),
    "another algorithm": make(SECRET, NOW, algorithm="MD5"),
    "a weaker algorithm": make(SECRET, NOW, algorithm="SHA-1"),
    "another signature": make(SECRET, NOW, signature="0" * 64),
    "a salt that ends later": make(SECRET, NOW, salt="00?expires=99999999999&"),
    "a salt that is none": make(SECRET, NOW, salt=None),
    "letters that are none": packed({"algorithm": "SHA-256"}).replace("=", "\u00e9"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_forged_is_refused(what: str) -> None:
    assert refusal(WRONG[what]) == "proof_wrong"


@given(st.text(max_size=300) | st.builds(packed, st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_nothing_that_is_sent_breaks_it(proof: str) -> None:
    assert refusal(proof) == "proof_wrong"


def test_a_proof_counts_once(session: Session) -> None:
    proofs.use(session, challenge="one", now=NOW)
    proofs.use(session, challenge="other", now=NOW)
    with pytest.raises(FormInvalid) as caught:
        proofs.use(session, challenge="one", now=NOW)
    assert caught.value.problems["proof"].code == "proof_used"
    # The session goes on: the form is shown again.
    assert {*session.scalars(select(UsedProof.challenge))} == {"one", "other"}


@pytest.mark.parametrize("first_commits", [True, False])
def test_of_two_at_once_one_counts(first_commits: bool, session: Session, engine: Engine) -> None:
    def use(own: Session) -> str:
        try:
            proofs.use(own, challenge="one", now=NOW)
        except FormInvalid as refused:
            return refused.problems["proof"].code
        return "good"

    assert while_first_waits(engine, use, commit=first_commits) == ("good", "proof_used" if first_commits else "good")


def test_used_proofs_are_forgotten_when_they_are_too_old(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "BATCH", 2)
    for minutes in (0, 29, 31, 60, 90):
        proofs.use(session, challenge=str(minutes), now=NOW - minutes * MINUTE)
    assert [proofs.forget(session, now=NOW) for _ in range(3)] == [2, 1, 0]
    assert {*session.scalars(select(UsedProof.challenge))} == {"0", "29"}
