"""Why what a partner service posts on a request can be refused."""

from case_api.domain.refusal import Refusal


class InvolvementNotOpen(Refusal):
    slug = "involvement-not-open"
    rule_id = "I29"
    guidance_ref = "R110"
    title = "The involvement is not open for this update now."
    advice = (
        "Accept the request before you record work on it. While work is paused only the pause can be acknowledged."
        " 'missing' says in what state it is."
    )


class InputNotSought(Refusal):
    slug = "input-not-sought"
    rule_id = "R70"
    guidance_ref = "R70"
    title = "This kind of input was not asked for."
    advice = "Give one of the kinds under input_sought; the school can request another kind."
