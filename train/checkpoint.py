"""The state of an interrupted training on the disk: one safetensors file, written whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.errors import DamagedFileError, InputError, OutputError, WriteError
from augment.outputs import holds_files, replacing
from augment.train.kfold.run_folder import differences, write_json

if TYPE_CHECKING:
    import torch

RUN, STATE = "run.json", "state.safetensors"
#: Key of the JSON text among the file's metadata.
_META: Final = "training"


class Checkpoint:
    """A folder ``MODEL.checkpoint`` that lies beside a model while it is trained.

    Parameters
    ----------
    model
        Where the finished model will be.
    """

    def __init__(self, model: Path) -> None:
        self.path = model.with_name(f"{model.name}.checkpoint")

    @property
    def has_state(self) -> bool:
        """Whether there is something to go on from."""
        return (self.path / STATE).is_file()

    def check(self, *, resume: bool, force: bool) -> None:
        """Refuse to train anew beside an interrupted training, unless `force` says so.

        Raises
        ------
        OutputError
            When there is one and neither `resume` nor `force` is given.
        """
        other = self.path.is_file() or (self.path.is_dir() and holds_files(self.path))
        if other and not (self.path / RUN).is_file():
            raise OutputError(f"{self.path} is no checkpoint; move it, or give another --out")
        if self.has_state and not (resume or force):
            raise OutputError(
                f"{self.path} holds an interrupted training; --resume goes on with it, --force "
                "starts anew"
            )

    def begin(self, identity: Mapping[str, Any], *, resume: bool) -> bool:
        """Make the folder; whether a state lies in it that this training goes on from.

        Raises
        ------
        InputError
            When the state belongs to a training of another configuration.
        DamagedFileError
            When the file that tells the configuration is not whole.
        """
        if resume and (self.path / RUN).is_file():
            try:
                earlier = json.loads((self.path / RUN).read_text(encoding="utf-8"))
            except ValueError as error:
                raise DamagedFileError(
                    f"{self.path / RUN} is damaged ({error}); start anew with --force"
                ) from error
            # As JSON has it: tuples are lists there.
            if found := differences(earlier, json.loads(json.dumps(identity))):
                raise InputError(
                    f"{self.path} holds a training of another configuration "
                    f"({'; '.join(found)}); give the same options to resume it, another --out, or "
                    "--force to start anew"
                )
            for left in self.path.glob(".tmp*"):  # of a save that was killed
                left.unlink(missing_ok=True)
            if self.has_state:
                return True
        self.remove()
        self.path.mkdir()
        write_json(self.path / RUN, identity)
        return False

    def save(self, tensors: Mapping[str, torch.Tensor], meta: Mapping[str, Any]) -> None:
        """Keep a state; on return it is on the disk.

        Raises
        ------
        WriteError
            When it cannot be written, as where the disk is full; the state before is kept.
        """
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        plain = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
        with replacing(self.path / STATE) as part:
            try:
                save_file(plain, part, metadata={_META: json.dumps(meta)})
            except (OSError, SafetensorError) as error:
                raise WriteError(self.path / STATE, error) from error

    def load(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        """Read the state back.

        Raises
        ------
        DamagedFileError
            When the file is not whole.
        """
        from safetensors import SafetensorError, safe_open

        file = self.path / STATE
        try:
            with safe_open(file, framework="pt") as handle:
                meta = json.loads(handle.metadata()[_META])
                return {name: handle.get_tensor(name) for name in handle.keys()}, meta  # noqa: SIM118
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise DamagedFileError(
                f"{file}: no whole checkpoint ({error}); start anew with --force"
            ) from error

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
