"""What holds whenever a record is passed on, a case's or a matter's: to whom, and when it counts as received (I33)."""

from case_api.domain.command import Situation
from case_api.domain.facts.transfers import RecordTransferred, Transfer
from case_api.domain.refusal import Missing, Refusal


class ReceiverNotThere(Refusal):
    slug = "receiver-not-there"
    rule_id = "I33"
    guidance_ref = "R86"
    title = "The directory knows nobody of this name in that setting."
    advice = "Name a member of staff who is assigned to the setting; /v1/directory lists them, and takes new ones."


class NotTheReceiver(Refusal):
    slug = "not-the-receiver"
    rule_id = "I33"
    guidance_ref = "R86"
    title = "The record was sent to somebody else."
    advice = "Let the member of staff to whom it was sent confirm it, or send it anew to whoever is to have it."


class ContentDiffers(Refusal):
    slug = "content-differs"
    rule_id = "I33"
    guidance_ref = "R111"
    title = "What arrived is not what was sent: the hashes differ."
    advice = "Fetch the transfer again and hash its 'content' as UTF-8; if it still differs, have the record sent anew."


class TransferReplaced(Refusal):
    slug = "transfer-replaced"
    rule_id = "I33"
    guidance_ref = "R111"
    title = "The record was sent anew since."
    advice = "Fetch and confirm the newer transfer; the case's timeline has it."


def the_receiver_is_there(setting: str, staff: str, at: Situation) -> Refusal | None:
    """I33: the record goes to somebody who works in that setting, today or from a later day on."""
    there = any(
        one.staff == staff and one.setting == setting and (one.until is None or at.today < one.until)
        for one in at.authority.staff
    )
    missing = (Missing(rule_id="I33", what="not_in_setting", ref=staff),)
    return None if there else ReceiverNotThere(missing=missing, pointer="/to_staff")


def they_are_the_receiver(sent: RecordTransferred, at: Situation) -> Refusal | None:
    """I33: only the one to whom it was sent says that it arrived."""
    return None if at.actor.subject == sent.to_staff else NotTheReceiver()


def it_is_what_was_sent(sent: RecordTransferred, content_hash: str) -> Refusal | None:
    """I33: the hash of what arrived is the hash of what was sent."""
    return None if content_hash == sent.content_hash else ContentDiffers(pointer="/content_hash")


def nothing_newer_was_sent(transfer: Transfer) -> Refusal | None:
    """I33: of two transfers on their way the later one counts."""
    return TransferReplaced() if transfer.state == "replaced" else None
