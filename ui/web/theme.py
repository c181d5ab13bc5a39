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
        **_both("button_primary_background_fill", "#0f766e", "#0f766e"),
        **_both("button_primary_background_fill_hover", "#115e59", "#115e59"),
        **_both("button_primary_text_color", "#ffffff", "#ffffff"),
        **_both("button_secondary_background_fill", "#ffffff", "#1c2430"),
        **_both("button_secondary_background_fill_hover", "#f2f5f8", "#2c3644"),
        **_both("button_secondary_border_color", "#cfd6de", "#3a4656"),
        **_both("button_secondary_text_color", "#1b2230", "#e6e9ef"),
        **_both("button_cancel_background_fill", "#b3261e", "#8c1d18"),
        **_both("button_cancel_background_fill_hover", "#8c1d18", "#b3261e"),
        **_both("button_cancel_text_color", "#ffffff", "#ffffff"),
        button_border_width="1px",
        **_both("checkbox_label_background_fill", "#ffffff", "#161d28"),
        **_both("checkbox_label_background_fill_hover", "#f2f5f8", "#1c2430"),
        **_both("checkbox_label_background_fill_selected", "#d9f2ee", "#12312e"),
        **_both("checkbox_label_border_color", "#cfd6de", "#3a4656"),
        checkbox_label_border_width="1px",
        **_both("checkbox_border_color", "#7b8794", "#8491a3"),
        **_both("checkbox_background_color_selected", "#0f766e", "#0f766e"),
        **_both("checkbox_border_color_selected", "#0f766e", "#2dd4bf"),
        **_both("slider_color", "#0f766e", "#2dd4bf"),
        **_both("body_text_color", "#1b2230", "#e6e9ef"),
        **_both("body_text_color_subdued", "#55606f", "#a3adbd"),
        **_both("block_info_text_color", "#55606f", "#a3adbd"),
        **_both("block_title_text_color", "#1b2230", "#e6e9ef"),
        **_both("block_label_text_color", "#55606f", "#a3adbd"),
        **_both("input_background_fill", "#ffffff", "#0d131c"),
        **_both("input_border_color", "#9aa5b1", "#4a5768"),
        **_both("input_placeholder_color", "#667180", "#93a0b3"),
        input_border_width="1px",
        **_both("block_background_fill", "#ffffff", "#161d28"),
        **_both("block_border_color", "#dfe4ea", "#2c3644"),
        **_both("body_background_fill", "#f5f7f9", "#0d131c"),
        block_border_width="1px",
    )


def _both(name: str, light: str, dark: str) -> dict[str, str]:
    """One theme variable for the light and the dark page; every pair of text and ground has a contrast of 4.5 or more."""
    return {name: light, f"{name}_dark": dark}
