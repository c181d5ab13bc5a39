"""Colours and fonts of the page. System fonts only: a named web font would be a request to the outside."""

from __future__ import annotations

from gradio.themes import Base, colors, sizes


def theme() -> Base:
    """A quiet theme in teal and slate; text fonts fall back to what reads Chinese well on each system."""
    return Base(
        primary_hue=colors.teal,
        neutral_hue=colors.slate,
        font=[
            "system-ui",
            "-apple-system",
            "Segoe UI",
            "PingFang SC",
            "Noto Sans CJK SC",
            "Microsoft YaHei",
            "sans-serif",
        ],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
        radius_size=sizes.radius_md,
        text_size=sizes.text_md,
    ).set(
        button_primary_background_fill="#0f766e",
        button_primary_background_fill_hover="#115e59",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#0f766e",
        button_primary_text_color_dark="#ffffff",
        body_background_fill="#f6f7f9",
        body_background_fill_dark="#0f1624",
        block_border_width="1px",
    )
