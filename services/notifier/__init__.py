"""The notifier: follows the case API's feed and tells people, by ids until the moment of sending.

At-least-once delivery with one outbox row for each event, recipient, template and channel.
"""

__version__ = "0.1.0"
