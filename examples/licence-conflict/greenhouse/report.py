"""A day's readings as a line of text for the notice board."""

from greenhouse.window import Window, advice


def line(day: str, window: Window) -> str:
    """What the notice board shows for that day."""
    return f"{day}: {window.temperature():.1f} degrees, {window.humidity():.0f} per cent, windows: {advice(window)}"
