"""What is said within `listening()` is heard; before and after it all is as it was."""

import warnings

import pytest
import transformers

from helpers.listening import listening

own = transformers.logging.get_logger("transformers")


@pytest.fixture
def loading():
    logger = transformers.logging.get_logger("transformers.modeling_utils")
    logger.disabled = True
    yield logger
    logger.disabled = False


def test_logged_and_warned_words_are_heard_in_place_of_stderr(loading, capfd):
    with listening() as said:
        own.warning("from %s", "above")
        loading.warning("silenced before")
        warnings.warn("Python's", stacklevel=1)
        own.info("nobody asked")
    assert said == ["from above", "silenced before", "Python's"]
    assert capfd.readouterr().err == ""


def test_what_the_library_says_once_is_heard_each_time():
    for _ in range(2):
        with listening() as said:
            own.warning_once("once")
        assert said == ["once"]


def test_levels_and_handlers_are_put_back_after_an_error(loading):
    before = own.level, loading.disabled, set(own.handlers)
    with pytest.raises(KeyError), listening() as said:
        own.warning("heard")
        raise KeyError
    assert said == ["heard"]
    assert (own.level, loading.disabled, set(own.handlers)) == before
    own.warning("no longer heard")
    assert said == ["heard"]
