"""An app to ask, what to send it, and looking at the error that comes back."""

import base64
import io

import numpy as np
from PIL import Image

from inkling.settings import Settings
from inkling.web import create_app

from ..fakes import CountingRecognizer

BAR = [[[100, 50], [101, 200, 16], [100, 350, 32.5]]]


def app(recognizer=None, **settings):
    made = Settings.load({}, **settings)
    return create_app(made, recognizer or CountingRecognizer(made))


def png(shade=0, size=(40, 60)):
    grey = np.full(size, 255, np.uint8)
    grey[10:50, 18:24] = shade
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def as_url(content):
    return "data:image/png;base64," + base64.b64encode(content).decode()


def error_of(response, status):
    """The error of an answer, whose status and shape are checked on the way."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    assert set(response.json) == {"error"}
    assert set(response.json["error"]) == {"code", "message", "hint"}
    text = response.get_data(as_text=True)
    assert "Traceback" not in text
    assert "/src/" not in text
    return response.json["error"]
