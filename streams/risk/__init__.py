"""The risk model's life outside the pipeline: labelled declarations in, a versioned artefact and its measure out."""
