"""Tencent's translation service, which the released deep-translator leaves out.

A signed request as Tencent's interface 2018-03-21 describes it (signature method HmacSHA256 of
version 1: the sorted parameters, signed with the secret key).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Final

from augment.translators.transport import Transport

HOST: Final = "tmt.tencentcloudapi.com"
#: Its code of a language -> the language.
LANGUAGES: Final = {
    "ar": "arabic",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "hi": "hindi",
    "id": "indonesian",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "ms": "malay",
    "pt": "portuguese",
    "ru": "russian",
    "th": "thai",
    "tr": "turkish",
    "vi": "vietnamese",
    "zh": "chinese",
    "zh-TW": "chinese (traditional)",
}


def sign(method: str, host: str, parameters: Mapping[str, object], secret_key: str) -> str:
    """Sign a request: HMAC-SHA256, in base64, over method, host and sorted parameters.

    >>> sign("POST", HOST, {"Action": "TextTranslate", "Nonce": 1}, "key")[:8]
    '/T6RQqBl'
    """
    query = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    text = f"{method}{host}/?{query}"
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Tencent:
    """One direction; a client like those of deep-translator.

    Parameters
    ----------
    transport
        Sends the requests.
    source, target
        Its codes of the languages.
    secret_id, secret_key
        From the environment.
    region
        Where the request is worked on.
    """

    url = f"https://{HOST}/"

    def __init__(
        self,
        transport: Transport,
        source: str,
        target: str,
        *,
        secret_id: str,
        secret_key: str,
        region: str = "ap-guangzhou",
    ) -> None:
        self.transport = transport
        self.source = source
        self.target = target
        self._secret_id = secret_id
        self._secret_key = secret_key
        self._region = region

    def translate(self, text: str) -> str:
        """Translate one text."""
        parameters: dict[str, object] = {
            "Action": "TextTranslate",
            "Version": "2018-03-21",
            "Region": self._region,
            "SecretId": self._secret_id,
            "SignatureMethod": "HmacSHA256",
            "Timestamp": int(time.time()),
            "Nonce": secrets.randbelow(1 << 31) + 1,
            "ProjectId": 0,
            "Source": self.source,
            "Target": self.target,
            "SourceText": text,
        }
        parameters["Signature"] = sign("POST", HOST, parameters, self._secret_key)
        answer = self.transport.post(self.url, data=parameters).json()
        return str(answer["Response"]["TargetText"])
