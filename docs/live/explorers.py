"""Which explorers live in the page: the heads that each needs, and what is said below it."""

HERE = "Computed on this device: WordPiece and the model, its weights in 8 bits."
NEEDS = {  # name of a still → roles whose heads are loaded, words
    "pipeline/one": (["sentiment"], HERE),
    "pipeline/two": (["sentiment"], HERE),
    "postprocessing/blame": (["sentiment"], HERE),
    "padding/one": (["sentiment"], HERE),
    "tokenizer/accents": ([], "Computed on this device: WordPiece. The notebook has BPE beside it."),
}
