"""A Marian's SentencePiece models, vocabulary and random weights, in the file names of opus-mt."""

import json
import tempfile
from pathlib import Path

import sentencepiece
from transformers import GenerationConfig, MarianConfig, MarianMTModel, MarianTokenizer

PIECES = 5000


def make_tokenizer(clean, target):
    """Write source.spm, target.spm and vocab.json, the union of both, into `target`; return the
    MarianTokenizer.
    """
    target.mkdir(parents=True, exist_ok=True)
    vocabulary = ["</s>", "<unk>"]
    for side, name in enumerate(("source", "target")):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([pair[side] for pair in clean]),
            model_prefix=str(target / name),
            vocab_size=PIECES,
            character_coverage=0.9999,
            num_threads=1,
            minloglevel=2,
        )
        (target / f"{name}.vocab").unlink()
        (target / f"{name}.model").replace(target / f"{name}.spm")
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(target / f"{name}.spm"))
        vocabulary += [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    known = [piece for piece in dict.fromkeys(vocabulary) if piece != "<s>"] + ["<pad>"]
    (target / "vocab.json").write_text(
        json.dumps({piece: i for i, piece in enumerate(known)}, ensure_ascii=False)
    )
    tokenizer = MarianTokenizer(
        *(str(target / name) for name in ("source.spm", "target.spm", "vocab.json")),
        source_lang="fr",
        target_lang="en",
        model_max_length=512,
    )
    tokenizer.save_pretrained(target)
    return tokenizer


def make_model(tokenizer):
    """A Marian with random weights: 4 and 2 layers, 320 wide, 8 heads, one embedding for both
    languages and the output.
    """
    size, end, filler = len(tokenizer), tokenizer.eos_token_id, tokenizer.pad_token_id
    config = MarianConfig(
        vocab_size=size,
        d_model=320,
        encoder_layers=4,
        decoder_layers=2,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=1280,
        decoder_ffn_dim=1280,
        max_position_embeddings=512,
        scale_embedding=True,
        activation_function="swish",
        dropout=0.1,
        attention_dropout=0.0,
        init_std=0.056,
        pad_token_id=filler,
        eos_token_id=end,
        decoder_start_token_id=filler,
        forced_eos_token_id=end,
        share_encoder_decoder_embeddings=True,
        attn_implementation="eager",
    )
    model = MarianMTModel(config)
    model.generation_config = GenerationConfig(
        num_beams=4,
        max_length=512,
        bad_words_ids=[[filler]],
        pad_token_id=filler,
        eos_token_id=end,
        decoder_start_token_id=filler,
        forced_eos_token_id=end,
    )
    return model


def save(model, tokenizer, target):
    """What `from_pretrained` reads, weights in 16 bits."""
    tokenizer.save_pretrained(target)
    with tempfile.TemporaryDirectory(dir=target) as partial:
        half = MarianMTModel(model.config)
        half.load_state_dict(model.state_dict())
        half.generation_config = model.generation_config
        half.half().save_pretrained(partial)
        for file in Path(partial).iterdir():
            file.replace(target / file.name)
