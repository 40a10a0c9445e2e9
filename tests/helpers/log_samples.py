"""One run of six epochs as many programs print it, for the tests of the readers.

A sample gives its text and what has to be read from it. ``NOISE`` is what stands around such lines in real logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

TRAIN = (2.303, 1.71, 1.32, 1.05, 0.88, 0.794)
VAL = (2.21, 1.8, 1.45, 1.29, 1.31, 1.4)
ACC = (0.11, 0.35, 0.48, 0.56, 0.6, 0.61)
EPOCHS = range(1, 7)

NOISE = (
    "/usr/lib/python3.11/site-packages/torch/optim/lr_scheduler.py:149: UserWarning: Detected call of `lr_scheduler.step()` "
    "before `optimizer.step()`. In PyTorch 1.1.0 and later, call them in the opposite order.",
    "  warnings.warn(",
    "",
    "WARNING:root:NaN or Inf found in 3 of 1200 batches, skipped",
    "Traceback (most recent call last):",
    '  File "/home/me/train.py", line 212, in main',
    "    loss = criterion(output, target)  # 0.5 * loss",
    "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity)",
    "Saving checkpoint to runs/exp3/epoch_2.pt",
    "GPU memory 8123 MB, 92 % of 8192, 71 C, fan 44 %",
    "Loaded 50000 training images and 10000 validation images in 3.2 s",
    "----------------------------------------",
)


@dataclass(frozen=True)
class Sample:
    """A text and what has to be read from it; ``None``: no such series."""

    text: str
    train: tuple[float, ...] | None = TRAIN
    val: tuple[float, ...] | None = VAL
    acc: tuple[float, ...] | None = None
    steps: tuple[float, ...] | None = tuple(EPOCHS)


KINDS: dict[str, Sample] = {}


def rows() -> Iterator[tuple[int, float, float, float]]:
    """Epoch, training loss, validation loss and validation accuracy of each epoch."""
    yield from zip(EPOCHS, TRAIN, VAL, ACC, strict=True)


def kind(name: str, header: str = "", **expected: object) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Add a kind of line: the function gives the lines of one epoch."""

    def add(lines: Callable[..., str]) -> Callable[..., str]:
        text = "".join(lines(*row) + "\n" for row in rows())
        KINDS[name] = Sample(f"{header}\n{text}" if header else text, **expected)  # type: ignore[arg-type]
        return lines

    return add


STEPS = tuple(100.0 * epoch for epoch in EPOCHS)


@kind("equals", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"epoch={epoch} train_loss={train} val_loss={val} val_acc={acc}"


@kind("colons in any order", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"val_acc: {acc}  val_loss: {val}  train_loss: {train}  epoch: {epoch}"


@kind("pytorch classification", steps=tuple(EPOCHS), acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Epoch {epoch}/6\n----------\ntrain Loss: {train} Acc: 0.5000\nval Loss: {val} Acc: {acc}\n"


@kind("pytorch imagenet", val=None, acc=None, steps=tuple(range(6)))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"Epoch: [{epoch - 1}][ 10/100]\tTime  0.102 ( 0.332)\tData  0.000 ( 0.210)\tLoss {train:.4e} (6.9521e+00)\t"
        f"Acc@1   0.39 (  0.12)\tAcc@5   1.17 (  0.59)"
    )


@kind("pytorch mnist", acc=ACC, steps=None)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"Train Epoch: {epoch} [640/60000 (1%)]\tLoss: {train:.6f}\n\n"
        f"Test set: Average loss: {val:.4f}, Accuracy: {round(acc * 10000)}/10000 ({acc:.0%})\n"
    )


@kind("pytorch tutorial", val=None, steps=tuple(EPOCHS))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"[{epoch},  2000] loss: {train:.3f}"


@kind("lightning bar", acc=None, steps=tuple(range(6)))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    states = [
        f"\rEpoch {epoch - 1}:  {done}%|██        | {done}/100 [00:0{done // 30}<00:03, 31.2it/s, v_num=0, train_loss=2.9]"
        for done in (10, 50, 90)
    ]
    end = f"\rEpoch {epoch - 1}: 100%|██████████| 100/100 [00:03<00:00, 31.2it/s, v_num=0, train_loss={train}, val_loss={val}]"
    return "".join(states) + end


@kind("keras bar", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    states = "".join(
        f"\x1b[1m{done:>3}/100\x1b[0m \x1b[32m{'━' * (done // 5)}\x1b[0m\x1b[37m{'━' * (20 - done // 5)}\x1b[0m \x1b[1m2s\x1b[0m "
        f"30ms/step - accuracy: 0.1111 - loss: 3.1111\r"
        for done in (20, 60, 80)
    )
    return (
        f"\x1b[1mEpoch {epoch}/6\x1b[0m\n{states}\x1b[1m100/100\x1b[0m \x1b[32m{'━' * 20}\x1b[0m \x1b[1m3s\x1b[0m 30ms/step - "
        f"accuracy: 0.3 - loss: {train} - val_accuracy: {acc} - val_loss: {val}"
    )


@kind("keras one line", header="Train on 60000 samples, validate on 10000 samples", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Epoch {epoch}/6\n - 8s - loss: {train} - acc: 0.5 - val_loss: {val} - val_acc: {acc}"


@kind("trainer's dictionaries", acc=ACC, steps=tuple(EPOCHS))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"{{'loss': {train}, 'grad_norm': 1.93, 'learning_rate': 1.9e-05, 'epoch': {epoch}.0}}\n"
        f"{{'eval_loss': {val}, 'eval_accuracy': {acc}, 'eval_runtime': 1.2, 'eval_samples_per_second': 83.1, 'epoch': {epoch}.0}}"
    )


@kind("trainer's dictionaries in a bar", acc=ACC, steps=tuple(EPOCHS))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"\r 17%|█▋        | {epoch}00/600 [01:10<05:50,  1.43it/s]{{'loss': '{train}', 'learning_rate': '1.9e-05', 'epoch': '{epoch}'}}\n"
        f"\r  0%|          | 0/10 [00:00<?, ?it/s]\x1b[A\r 40%|████      | 4/10 [00:01<00:01,  3.1it/s]\x1b[A"
        f"{{'eval_loss': '{val}', 'eval_accuracy': '{acc}', 'epoch': '{epoch}'}}"
    )


@kind("nanoGPT", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"step {epoch}00: train loss {train:.4f}, val loss {val:.4f}\n"
        f"iter {epoch}00: loss {train + 0.1:.4f}, time 812.40ms, mfu 31.22%"
    )


@kind("llm.c", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"step  {epoch}00/600 | loss {train:.6f} (+nanz)| norm 1.2345 (+nanz)| lr 6.00e-04 | 312.11 ms | 51.2% bf16 MFU | 1679 tok/s\n"
        f"val loss {val}"
    )


@kind("modded-nanogpt", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"step:{epoch}00/600 train_loss:{train} train_time:1234ms step_avg:95.43ms\n"
        f"step:{epoch}00/600 val_loss:{val} train_time:1234ms step_avg:95.43ms"
    )


@kind("megatron", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f" [2026-01-02 10:00:0{epoch}] iteration      {epoch}00/     600 | consumed samples:        25600 | elapsed time per iteration (ms): "
        f"512.3 | learning rate: 1.5E-04 | global batch size:   256 | lm loss: {train:.6E} | loss scale: 1.0 | grad norm: 0.934 | "
        f"number of skipped iterations:   0 |\n"
        f" validation loss at iteration {epoch}00 | lm loss value: {val:.6E} | lm loss PPL: 1.1E+01 | "
    )


@kind("detectron2 console", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"[12/30 10:0{epoch}:07 d2.utils.events]:  eta: 0:09:12  iter: {epoch}00  total_loss: {train}  loss_cls: 0.5  loss_box_reg: 0.3  "
        f"time: 0.3112  data_time: 0.0121  lr: 0.0002  max_mem: 2341M"
    )


@kind("mmdet console", val=None, steps=tuple(EPOCHS))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"2026-01-02 10:00:0{epoch},113 - mmdet - INFO - Epoch [{epoch}][50/50]\tlr: 2.000e-02, eta: 1:02:03, time: 0.512, "
        f"data_time: 0.011, memory: 3721, loss_cls: 0.5, loss_bbox: 0.4, acc: 91.1, loss: {train}"
    )


@kind("xgboost", steps=tuple(range(6)))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"[{epoch - 1}]\ttrain-logloss:{train:.5f}\teval-logloss:{val:.5f}"


@kind(
    "lightgbm",
    header="[LightGBM] [Info] Number of data points in the train set: 455, number of used features: 30",
    steps=STEPS,
)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"[{epoch}00]\ttraining's binary_logloss: {train}\tvalid_1's binary_logloss: {val}"


@kind("catboost", header="Learning rate set to 0.05", steps=tuple(range(6)))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"{epoch - 1}:\tlearn: {train:.7f}\ttest: {val:.7f}\tbest: {val:.7f} ({epoch - 1})\ttotal: 50.1ms\tremaining: 5.2s"


@kind("scikit-learn's network", val=None)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Iteration {epoch}, loss = {train:.8f}\nValidation score: {acc:.6f}"


@kind("flair", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"2026-01-02 10:00:0{epoch},113 epoch {epoch} - iter 10/100 - loss {train + 0.1:.8f} - time (sec): 1.21 - samples/sec: 211.3 - lr: 0.1\n"
        f"2026-01-02 10:01:0{epoch},113 EPOCH {epoch} done: train loss {train} - lr: 0.1000000\n"
        f"2026-01-02 10:01:1{epoch},113 DEV : loss {val} - accuracy (micro avg)  {acc}"
    )


@kind("tensorflow estimator", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"INFO:tensorflow:loss = {train}, step = {epoch}00 (3.212 sec)\nINFO:tensorflow:global_step/sec: 31.21"


@kind("mxnet", acc=ACC, train=None, val=None, steps=None)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"INFO:root:Epoch[{epoch}] Train-accuracy=0.9\nINFO:root:Epoch[{epoch}] Time cost=3.211\nINFO:root:Epoch[{epoch}] Validation-accuracy={acc}"


@kind("caffe", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"I0102 10:00:0{epoch}.123456  4242 solver.cpp:228] Iteration {epoch}00, loss = {train}\n"
        f"I0102 10:00:0{epoch}.223456  4242 solver.cpp:404]     Test net output #0: loss = {val} (* 1 = {val} loss)"
    )


@kind("opennmt", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"[2026-01-02 10:00:0{epoch},113 INFO] Step {epoch}00/  600; acc:  5.12; ppl: 9012.31; xent: {train}; lr: 0.00012; "
        f"3000/2800 tok/s;     10 sec"
    )


@kind("marian", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"[2026-01-02 10:00:0{epoch}] Ep. 1 : Up. {epoch}00 : Sen. 5,000 : Cost {train} * 100,000 @ 5,000 after 500,000 : "
        f"Time 10.23s : 9,771.12 words/s"
    )


@kind("paddle", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"[2026/01/02 10:00:0{epoch}] ppocr INFO: epoch: [{epoch}/6], global_step: {epoch}00, lr: 0.000500, acc: 0.000000, "
        f"norm_edit_dis: 0.000000, loss: {train}, avg_reader_cost: 0.12 s, avg_batch_cost: 0.51 s, avg_samples: 8.0, ips: 15.21"
    )


@kind("torchtitan", val=None, steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"[rank0]:[titan] 2026-01-02 10:00:0{epoch},113 - root - INFO - \x1b[31mstep: {epoch}00  \x1b[32mloss:  {train}  "
        f"\x1b[34mmemory: 41.21GiB(43.30%)  \x1b[33mtps: 1,531\x1b[39m"
    )


@kind("nanochat", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return (
        f"Step {epoch:03d}00 | Validation bpb: {val}\n"
        f"step {epoch:03d}00/00600 ({epoch}.47%) | bpb: {train} | lrm: 1.00 | dt: 512.11ms | tok/sec: 1,021,311 | mfu: 47.91"
    )


@kind("prose in print", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Finished epoch {epoch} with a training loss of {train} and a validation loss of {val} (validation accuracy {acc:.0%})"


@kind("loss at step", steps=STEPS)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Training loss at step {epoch}00: {train}\nValidation loss at step {epoch}00: {val}"


@kind("split behind the name", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"[{epoch}/6] Loss (train): {train}, Loss (val): {val}, Acc (val): {acc}"


@kind("splits alone")
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"ep {epoch} | train: {train} | valid: {val} | 3.1s"


@kind("headings", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"### Epoch {epoch} ###\nTraining:\n    loss: {train}\n    accuracy: 0.5\nValidation:\n    loss: {val}\n    accuracy: {acc}"


@kind("clock at the foot")
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"train loss: {train}\nval loss: {val}\nend of epoch {epoch}\n"


@kind("tensors and wrapped numbers")
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Epoch {epoch} tensor: loss=tensor({train}, device='cuda:0', grad_fn=<NllLossBackward0>) val_loss=np.float64({val})"


@kind("json behind a prefix", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f'2026-01-02T10:00:0{epoch}Z stdout F {{"epoch": {epoch}, "train": {{"loss": {train}}}, "val": {{"loss": {val}, "acc": {acc}}}}}'


@kind("espnet", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"[gpu01] 2026-01-02 10:00:0{epoch},113 (trainer:272) INFO: epoch {epoch} results: [train] loss={train}, [valid] loss={val}, acc={acc}"


@kind("percent, absent and thousands", steps=tuple(1000.0 * epoch for epoch in EPOCHS), acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"step {epoch},000/6,000 | loss {train} | val_loss - | ppl None\nstep {epoch},000/6,000 | val_loss {val} | val_acc {100 * acc:.1f}%"


@kind("decimal commas")
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"Epoche {epoch}: epoch {epoch}, train_loss: {train:.3f}; val_loss: {val:.3f}".replace(".", ",")


@kind(
    "markdown with words",
    header="| Epoch | Train Loss | Valid Loss | Accuracy | Time | Note |\n|--:|--:|--:|--:|:-:|---|",
    acc=ACC,
)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"| {epoch} | {train} | **{val}** | {acc} | 00:0{epoch} | fine |"


@kind("fastai", header="epoch     train_loss  valid_loss  accuracy  time", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"{epoch}         {train:.6f}    {val:.6f}    {acc:.6f}  00:0{epoch}"


@kind("pandas", header="   epoch  train_loss  val_loss")
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"{epoch - 1}      {epoch}       {train:.3f}     {val:.3f}"


@kind(
    "box",
    header="┏━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━┓\n┃ Epoch ┃ Train loss ┃ Val loss ┃\n┡━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━┩",
)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"│ {epoch}     │ {train:.3f}      │ {val:.3f}    │"


@kind("commas among other lines", header="Starting the run\nepoch,train_loss,val_loss,val_acc", acc=ACC)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"{epoch},{train},{val},{acc}"


@kind(
    "spaCy",
    header="E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE\n---  ------  ------------  --------  ------  ------",
    val=None,
    steps=STEPS,
)
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"  {epoch - 1}     {epoch}00          0.11     {train:.3f}   {100 * acc:.2f}    {acc:.2f}"


@kind("lines without a clock", steps=tuple(range(6)))
def _(epoch: int, train: float, val: float, acc: float) -> str:
    return f"loss: {train}  val_loss: {val}"
