"""Data sets: packs on disk, the formats they come in, how they are split, and how they are fetched. Never torch.

======================  ==========================================================================
:mod:`.packs`           the one form that everything else works on, and how it is split
:mod:`.formats`         ``load``: any form that is understood, as a pack
:mod:`.idx`             IDX files, MNIST's form
:mod:`.emnist`          EMNIST's files
:mod:`.pictures`        a folder with a sub-folder a class
:mod:`.fetch`           MNIST and EMNIST from where they are published, over :mod:`.download`
:mod:`.catalogue`       what is known about each data set, and what lies in a folder
======================  ==========================================================================
"""
