"""QR codes, drawn by the library that Odoo's two-factor login needs anyway; it asks for no graphics system."""

import base64
import io

import qrcode


def data_address(text):
    """Return the QR code of a text as data address: what it holds must not stand in the log of a second request."""
    stream = io.BytesIO()
    qrcode.make(text, box_size=8, border=2).save(stream, format="PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
