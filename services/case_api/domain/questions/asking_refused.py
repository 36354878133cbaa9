"""Why a request for assistance can be refused, and what is done with one later.

Refusal
├── AgreementConflicting, AgreementMissing, ParentsNotAsked, LearnerToBeAskedAgain      the family's agreement
├── NeedsMoreCategories, StrategiesNotTried, RequesterNotInTeam, TooFewContributors     the school's part
├── ServiceTakesNo…Requests, AskerHasNoRight, YoungChildsParentsNotTold, NotAProfessional   the route
└── RequestNoLongerOpen                                                                 afterwards
"""

from case_api.domain.refusal import Refusal


class AgreementConflicting(Refusal):
    slug = "agreement-conflicting"
    rule_id = "I4"
    guidance_ref = "R79"
    title = "One person agreed and another refused."
    advice = "Talk with the person who refused; their later agreement, also to less, resolves it. Then ask again."


class AgreementMissing(Refusal):
    slug = "agreement-missing"
    rule_id = "I1"
    guidance_ref = "R79"
    title = "The agreement of the parents and of the learner comes before a request to a service."
    advice = "Ask each person named under 'missing', in their language, and record their answer; then request again."


class ParentsNotAsked(Refusal):
    slug = "parents-not-asked"
    rule_id = "I2"
    guidance_ref = "R79"
    title = "Every holder of parental rights whom the school may contact is asked."
    advice = "Seek the agreement of each person named, or record why they may not be contacted."


class LearnerToBeAskedAgain(Refusal):
    slug = "learner-to-be-asked-again"
    rule_id = "I3"
    guidance_ref = "R79"
    title = "The learner's agreement has not the form that their age and capacity ask for."
    advice = "From the age of deciding learners agree themselves; for one who cannot decide, record their views."


class NeedsMoreCategories(Refusal):
    slug = "needs-more-categories"
    rule_id = "purpose-needs"
    guidance_ref = "R79"
    title = "The service needs more information for this purpose than the request would send."
    advice = "Ask the family whether more may be shared; 'missing' names the categories of which one is needed."


class StrategiesNotTried(Refusal):
    slug = "strategies-not-tried"
    rule_id = "I10"
    guidance_ref = "R75"
    title = "A service is asked after strategies were tried in school and their effect was seen."
    advice = "Name each need with a support that was tried for it and observed, or give exception_reason."


class RequesterNotInTeam(Refusal):
    slug = "requester-not-in-team"
    rule_id = "I11"
    guidance_ref = "R76"
    title = "The school's request is made by a member of the Pupil Support Team."
    advice = "Ask a member of the team to make the request."


class TooFewContributors(Refusal):
    slug = "too-few-contributors"
    rule_id = "I12"
    guidance_ref = "R77"
    title = "A request brings together what several members of staff in different roles know."
    advice = "Add contributors of other roles; the requester may be one of them."


class ServiceTakesNoSchoolRequests(Refusal):
    slug = "service-takes-no-school-requests"
    rule_id = "R66"
    guidance_ref = "R66"
    title = "This service does not take requests from schools."
    advice = "See /v1/directory for the routes that it accepts."


class ServiceTakesNoDirectRequests(Refusal):
    slug = "service-takes-no-direct-requests"
    rule_id = "I14"
    guidance_ref = "R82"
    title = "This service does not take requests directly from families."
    advice = "Ask the school to make the request, or choose a service that accepts direct requests."


class AskerHasNoRight(Refusal):
    slug = "asker-has-no-right"
    rule_id = "I14"
    guidance_ref = "R82"
    title = "This carer does not hold parental rights, so cannot ask for the learner."
    advice = "The learner or a holder of parental rights may ask directly."


class YoungChildsParentsNotTold(Refusal):
    slug = "young-childs-parents-not-told"
    rule_id = "I14"
    guidance_ref = "R82"
    title = "The parents of a young child are told of the child's own request."
    advice = "Set tell_parents to true; from the age of deciding a learner may choose."


class NotAProfessional(Refusal):
    slug = "not-a-professional"
    rule_id = "I15"
    guidance_ref = "R81"
    title = "An external request is made by a professional from outside the school."
    advice = "Give requester.kind 'professional' with their role; families use the route 'direct'."


class RequestNoLongerOpen(Refusal):
    slug = "request-no-longer-open"
    rule_id = "request-state"
    guidance_ref = "R83"
    title = "This request can no longer be taken back or added to in this way."
    advice = "Read the state of the request; an accepted request is ended by the service."


class OutsiderAsksForOthers(Refusal):
    slug = "outsider-asks-for-others"
    rule_id = "I15"
    guidance_ref = "R81"
    title = "A professional outside the school asks in their own name."
    advice = "Use the route 'external'; a family's own request is made by them, or recorded by the school."


class NotTheirOwnRequest(Refusal):
    slug = "not-their-own-request"
    rule_id = "I14"
    guidance_ref = "R82"
    title = "A direct request is made by the carer or learner themselves."
    advice = "Let them ask, or tell a member of the Pupil Support Team, who records it for them."
