import copy
import pickle
from pathlib import Path

import platformdirs
import pytest

from inkling import Settings
from inkling.errors import InvalidSetting, UnknownSetting
from inkling.settings import SETTINGS


def test_defaults_environment_and_options_in_that_order():
    assert Settings.load({}).port == 5000
    assert Settings.load({"INKLING_PORT": "5001"}).port == 5001
    assert Settings.load({"INKLING_PORT": "5001"}, port=5002).port == 5002


def test_an_option_not_given_and_an_empty_variable_leave_the_default():
    assert Settings.load({"INKLING_PORT": ""}, host=None).values == Settings.load({}).values


def test_values_come_in_the_settings_own_type():
    settings = Settings.load({"INKLING_SURE_PROBABILITY": "0.75", "INKLING_MAX_IMAGES": " 3 "}, data="/x")
    assert (settings.sure_probability, settings.max_images, settings.data) == (0.75, 3, "/x")


def test_an_unknown_setting_is_an_error_that_lists_the_known_ones():
    with pytest.raises(UnknownSetting, match="prot") as caught:
        Settings.load({"INKLING_PROT": "5001", "INKLING_PORT": "5001"})
    assert "max_image_bytes" in caught.value.hint


def test_an_unknown_option_is_an_error_too():
    with pytest.raises(UnknownSetting, match="colour"):
        Settings.load({}, colour="red")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "http"),
        ("port", "70000"),
        ("port", "-1"),
        ("port", "80.5"),
        ("workers", "0"),
        ("sure_probability", "1.5"),
        ("sure_probability", "nan"),
        ("max_image_bytes", "0"),
    ],
)
def test_a_value_of_the_wrong_type_or_range_says_what_is_expected(name, value):
    with pytest.raises(InvalidSetting, match=r"expected a (whole )?number") as caught:
        Settings.load({f"INKLING_{name.upper()}": value})
    assert value in caught.value.message
    assert SETTINGS[name].variable in caught.value.hint


@pytest.mark.parametrize("at", ["24:00", "3.30", "noon", "03:60", "03:30:00", "٠٣:٣٠"])
def test_what_is_no_time_of_day_is_an_error(at):
    with pytest.raises(InvalidSetting, match=r"retrain_at is .*; expected a time of day such as 03:30"):
        Settings.load({"INKLING_RETRAIN_AT": at})
    assert Settings.load({"INKLING_RETRAIN_AT": "3:30"}).retrain_at == "3:30"


def test_a_level_of_logs_is_one_of_four():
    for level in ("FOO", " ", "10"):
        with pytest.raises(InvalidSetting, match="expected DEBUG, INFO, WARNING or ERROR"):
            Settings.load({"INKLING_LOG_LEVEL": level})
    assert Settings.load({"INKLING_LOG_LEVEL": "debug"}).log_level == "debug"


def test_other_programs_variables_are_none_of_ours():
    assert Settings.load({"PATH": "/bin", "PORT": "1"}).values == Settings.load({}).values


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_setting_has_help_and_a_default_that_it_would_accept(setting):
    assert setting.help
    assert setting.parse(str(setting.default)) == setting.default


def test_the_data_lie_with_the_user_unless_a_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = Path(Settings.load({}).data)
    assert (folder.is_absolute(), folder.parts[-2:]) == (True, ("inkling", "data"))
    assert Settings.load({"INKLING_DATA": "here"}).data == "here"


def test_the_corrections_lie_with_the_user_unless_a_database_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    url = Settings.load({}).database_url
    assert url.startswith("sqlite:////")
    assert Path(url.removeprefix("sqlite:///")).parts[-2:] == ("inkling", "inkling.db")
    assert Settings.load({"INKLING_DATABASE_URL": "postgresql://h/d"}).database_url == "postgresql://h/d"


def test_without_a_home_only_who_asks_for_the_data_is_told(monkeypatch):
    def homeless(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(platformdirs, "user_data_dir", homeless)
    settings = Settings.load({})
    assert settings.port == 5000
    with pytest.raises(InvalidSetting, match="home directory") as caught:
        settings.data  # noqa: B018
    assert "INKLING_DATA" in caught.value.hint
    with pytest.raises(InvalidSetting, match="home directory") as caught:
        settings.database_url  # noqa: B018
    assert "INKLING_DATABASE_URL" in caught.value.hint
    assert Settings.load({"INKLING_DATA": "/x"}).data == "/x"


def test_settings_can_be_copied_sent_to_another_process_and_compared():
    settings = Settings.load({}, port=5001)
    for other in (copy.copy(settings), copy.deepcopy(settings), pickle.loads(pickle.dumps(settings))):
        assert other == settings
        assert other.port == 5001
        assert hash(other) == hash(settings)
    assert settings != Settings.load({})


def test_settings_cannot_be_changed_and_know_no_other_names():
    settings = Settings.load({})
    with pytest.raises(TypeError):
        settings.values["port"] = 1
    with pytest.raises(AttributeError):
        settings.colour  # noqa: B018
