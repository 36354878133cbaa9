"""That somebody was given what is held about them stays on the record, with who decided."""

from case_api.domain.decisions.subject_access import AnswerSubjectAccess
from case_api.domain.facts.subject_access import SubjectAccessAnswered
from case_api.domain.questions.references import ReferenceUnknown
from tests.domain.dsl import given
from tests.domain.running import Running
from tests.domain.situations import ANNA, DIRECTORY, FAMILY, MAJA, the

GIVEN = {"released": 3, "kept": 1, "decisions_hash": "a" * 64, "answer_hash": "b" * 64}


def test_an_answer_is_noted_with_who_decided():
    answered = SubjectAccessAnswered(person_id=ANNA, decided_by="reid", **GIVEN)
    given(FAMILY).by("reid").when(AnswerSubjectAccess(person_id=ANNA, **GIVEN)).then(answered)


def test_only_people_of_the_case_have_access_to_it():
    stranger = AnswerSubjectAccess(person_id=the("stranger"), **GIVEN)
    given(FAMILY).when(stranger).then_refused(ReferenceUnknown, pointer="/person_id")


def test_every_answer_stays_on_the_record_of_its_case():
    running = Running(DIRECTORY)
    running.record(
        (*FAMILY, *(SubjectAccessAnswered(person_id=one, decided_by="reid", **GIVEN) for one in (MAJA, ANNA))),
        running.now,
    )
    assert [fact.person_id for _, fact in running.case.subject_access.answered] == [MAJA, ANNA]
