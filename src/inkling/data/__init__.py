"""Data sets: packs on disk, the formats they come in, how they are split, and how they are fetched. numpy only."""
