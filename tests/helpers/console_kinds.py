"""How programs and people print a run to a terminal, line by line."""

from __future__ import annotations

from helpers.log_run import ACC, FROM_ZERO, HUNDREDS, ONE_LOSS, VAL, WITH_ACC, Kind

THOUSANDS = tuple(10 * step for step in HUNDREDS)

PROGRAMS = {
    "pytorch transfer learning": Kind(
        "Epoch {z}/5\n----------\ntrain Loss: {t} Acc: 0.5000\nval Loss: {v} Acc: {a}\n",
        series=WITH_ACC,
        steps=FROM_ZERO,
    ),
    "pytorch imagenet": Kind(
        "Epoch: [{z}][ 10/100]\tTime  0.102 ( 0.332)\tLoss {t:.4e} (6.9521e+00)\tAcc@1   0.39 (  0.12)",
        series=ONE_LOSS,
        steps=FROM_ZERO,
    ),
    "pytorch mnist": Kind(
        "Train Epoch: {e} [640/60000 (1%)]\tLoss: {t:.6f}\n\nTest set: Average loss: {v:.4f}, Accuracy: {a} ({p}%)\n",
        series=WITH_ACC,
    ),
    "pytorch tutorial": Kind("[{e},  2000] loss: {t:.3f}", series=ONE_LOSS),
    "keras on one line": Kind(
        "Epoch {e}/6\n - 8s - loss: {t} - acc: 0.5 - val_loss: {v} - val_acc: {a}",
        head="Train on 60000 samples, validate on 10000 samples\n",
        series=WITH_ACC,
    ),
    "keras with paces": Kind(
        "Epoch {e}/6\n1875/1875 - 3s - loss: {t} - acc: 0.5 - val_loss: {v} - val_acc: {a} - 3s/epoch - 2ms/step",
        series=WITH_ACC,
    ),
    "trainer": Kind(
        "{{'loss': {t}, 'grad_norm': 1.93, 'learning_rate': 1.9e-05, 'epoch': {e}.0}}\n***** Running Evaluation *****\n"
        "  Num examples = 100\n{{'eval_loss': {v}, 'eval_accuracy': {a}, 'eval_runtime': 1.2, 'epoch': {e}.0}}",
        series=WITH_ACC,
    ),
    "nanoGPT": Kind(
        "step {e}00: train loss {t:.4f}, val loss {v:.4f}\niter {e}00: loss 9.9, time 812.40ms, mfu 31.22%",
        steps=HUNDREDS,
    ),
    "llm.c": Kind(
        "step  {e}00/600 | loss {t:.6f} (+nanz)| norm 1.2345 (+nanz)| lr 6.00e-04 | 312.11 ms | 51.2% bf16 MFU | "
        "1679 tok/s\nval loss {v}",
        steps=HUNDREDS,
    ),
    "modded-nanogpt": Kind(
        "step:{e}00/600 train_loss:{t} train_time:1234ms step_avg:95.43ms\nstep:{e}00/600 val_loss:{v} train_time:12ms",
        steps=HUNDREDS,
    ),
    "nanochat": Kind(
        "Step 00{e}00 | Validation bpb: {v}\nstep 00{e}00/00600 ({e}.47%) | bpb: {t} | lrm: 1.00 | dt: 512.11ms | "
        "tok/sec: 1,021,311 | mfu: 47.91",
        steps=HUNDREDS,
    ),
    "megatron": Kind(
        " [2026-01-02 10:00:0{e}] iteration      {e}00/     600 | "
        "elapsed time per iteration (ms): 512.3 | learning rate: 1.5E-04 | lm loss: {t:.6E} | loss scale: 1.0 | "
        "grad norm: 0.934 |\n validation loss at iteration {e}00 | lm loss value: {v:.6E} | lm loss PPL: 1.1E+01 | ",
        steps=HUNDREDS,
    ),
    "torchtitan": Kind(
        "[rank0]:[titan] 2026-01-02 10:00:0{e},113 - root - INFO - \x1b[31mstep: {e}00  \x1b[32mloss:  {t}  "
        "\x1b[34mmemory: 41.21GiB(43.30%)  \x1b[33mtps: 1,531\x1b[39m",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "detectron2": Kind(
        "[12/30 10:0{e}:07 d2.utils.events]:  eta: 0:09:12  iter: {e}00  total_loss: {t}  loss_cls: 0.5  "
        "loss_box_reg: 0.3  time: 0.3112  data_time: 0.0121  lr: 0.0002  max_mem: 2341M",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "mmdet": Kind(
        "2026-01-02 10:00:0{e},113 - mmdet - INFO - Epoch [{e}][50/50]\tlr: 2.000e-02, eta: 1:02:03, time: 0.512, "
        "memory: 3721, loss_cls: 0.5, loss_bbox: 0.4, acc: 91.1, loss: {t}",
        series=ONE_LOSS,
    ),
    "xgboost": Kind("[{z}]\ttrain-logloss:{t:.5f}\teval-logloss:{v:.5f}", steps=FROM_ZERO),
    "lightgbm": Kind(
        "[{e}00]\ttraining's binary_logloss: {t}\tvalid_1's binary_logloss: {v}",
        head="[LightGBM] [Info] Number of data points in the train set: 455, number of used features: 30\n",
        steps=HUNDREDS,
    ),
    "lightgbm's folds": Kind("[{e}]\tcv_agg's train l2: {t} + 0.1\tcv_agg's valid l2: {v} + 0.2"),
    "catboost": Kind(
        "{z}:\tlearn: {t:.7f}\ttest: {v:.7f}\tbest: {v:.7f} ({z})\ttotal: 50.1ms\tremaining: 5.2s", steps=FROM_ZERO
    ),
    "scikit-learn": Kind("Iteration {e}, loss = {t:.8f}\nValidation score: {a:.6f}", series=ONE_LOSS),
    "flair": Kind(
        "2026-01-02 10:01:0{e},113 EPOCH {e} done: train loss {t} - lr: 0.1000000\n"
        "2026-01-02 10:01:1{e},113 DEV : loss {v} - accuracy (micro avg)  {a}",
        series=WITH_ACC,
    ),
    "tensorflow estimator": Kind(
        "INFO:tensorflow:loss = {t}, step = {e}00 (3.212 sec)\nINFO:tensorflow:global_step/sec: 31.21",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "mxnet": Kind(
        "INFO:root:Epoch[{e}] Train-accuracy=0.9\nINFO:root:Epoch[{e}] Time cost=3.211\n"
        "INFO:root:Epoch[{e}] Validation-accuracy={a}",
        series={"val_acc": ACC},
    ),
    "caffe": Kind(
        "I0102 10:00:0{e}.123456  4242 solver.cpp:228] Iteration {e}00, loss = {t}\n"
        "I0102 10:00:0{e}.223456  4242 solver.cpp:404]     Test net output #0: loss = {v} (* 1 = {v} loss)",
        steps=HUNDREDS,
    ),
    "opennmt": Kind(
        "[2026-01-02 10:00:0{e},113 INFO] Step {e}00/  600; acc:  5.12; ppl: 9012.31; xent: {t}; lr: 0.00012; "
        "3000/2800 tok/s;     10 sec",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "marian": Kind(
        "[2026-01-02 10:00:0{e}] Ep. 1 : Up. {e}00 : Sen. 5,000 : Cost {t} * 100,000 @ 5,000 after 500,000",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "paddle": Kind(
        "[2026/01/02 10:00:0{e}] ppocr INFO: epoch: [{e}/6], global_step: {e}00, lr: 0.000500, acc: 0.000000, "
        "norm_edit_dis: 0.000000, loss: {t}, avg_reader_cost: 0.12 s, avg_samples: 8.0, ips: 15.21, eta: 0:10:11",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "torchtune": Kind(
        "Step {e}00 | loss:{t} lr:0.0002 tokens_per_second_per_gpu:3121.2 peak_memory_active:4.1 ",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "espnet": Kind(
        "[gpu01] 2026-01-02 10:00:0{e},113 (trainer:272) INFO: epoch {e} results: [train] loss={t}, "
        "[valid] loss={v}, acc={a}",
        series=WITH_ACC,
    ),
    "flax": Kind(
        "epoch:  {e}, train_loss: {t}, train_accuracy: 50.00, test_loss: {v}, test_accuracy: {p}", series=WITH_ACC
    ),
    "jax": Kind(
        "train epoch: {e}, loss: {t}, accuracy: 50.1\neval epoch: {e}, loss: {v}, accuracy: {p}", series=WITH_ACC
    ),
    "julia": Kind("Epoch {e}: train_loss = {t}f0, val_loss = {v}f0"),
    "darknet": Kind("{e}: 9.999999, {t:.6f} avg loss, 0.001000 rate, 3.2 seconds, 64 images", series=ONE_LOSS),
}
"""In the forms of these programs."""

PEOPLE = {
    "equals": Kind("epoch={e} train_loss={t} val_loss={v} val_acc={a}", series=WITH_ACC),
    "colons in another order": Kind("val_acc: {a}  val_loss: {v}  train_loss: {t}  epoch: {e}", series=WITH_ACC),
    "the validation loss first": Kind("epoch {e}: val_loss: {v}, loss: {t}"),
    "a sentence": Kind("At epoch {e} of 6 the training loss was {t} and the validation loss {v}."),
    "another sentence": Kind("Finished epoch {e} with a training loss of {t} and a validation loss of {v} (3.2 s)"),
    "loss at step": Kind("Training loss at step {e}00: {t}\nValidation loss at step {e}00: {v}", steps=HUNDREDS),
    "split behind the name": Kind("[{e}/6] Loss (train): {t}, Loss (val): {v}, Acc (val): {a}", series=WITH_ACC),
    "splits alone": Kind("ep {e} | train: {t} | valid: {v} | 3.1s"),
    "two lines": Kind("Epoch {e} - Train: loss={t} acc=0.5\nEpoch {e} - Val: loss={v} acc={a}", series=WITH_ACC),
    "headings": Kind(
        "### Epoch {e} ###\nTraining:\n    loss: {t}\n    accuracy: 0.5\nValidation:\n    loss: {v}\n    accuracy: {a}",
        series=WITH_ACC,
    ),
    "the clock at the foot": Kind("train loss: {t}\nval loss: {v}\nend of epoch {e}\n"),
    "tensors": Kind("Epoch {e}: loss=tensor({t}, device='cuda:0', grad_fn=<NllLoss0>) val_loss=np.float64({v})"),
    "tuples": Kind("('epoch', {e}) ('train_loss', {t}) ('val_loss', {v})"),
    "nested dictionaries": Kind("{{'epoch': {e}, 'train': {{'loss': {t}}}, 'eval': {{'loss': {v}}}}}"),
    "nested JSON behind a prefix": Kind(
        '2026-01-02T10:00:0{e}Z stdout F {{"epoch": {e}, "train": {{"loss": "{t}"}}, '
        '"val": {{"loss": {v}, "acc": {a}}}}}',
        series=WITH_ACC,
    ),
    "YAML": Kind("- epoch: {e}\n  train_loss: {t}\n  val_loss: {v}"),
    "logfmt": Kind('time=2026-01-01T00:00:0{e}Z level=info msg="end of epoch" epoch={e} train_loss={t} val_loss={v}'),
    "syslog": Kind("Jan  2 10:00:0{e} gpu01 train.sh[4242]: epoch {e} train_loss {t} val_loss {v}"),
    "tabs": Kind("Epoch\t{e}\tTrain Loss\t{t}\tVal Loss\t{v}"),
    "pairs by commas": Kind("epoch,{e},train_loss,{t},val_loss,{v}"),
    "arrows and pictures": Kind("🚀 Epoch {e}/6 | 📉 Train Loss → {t} | 📊 Val Loss → {v} | ⏱ 3.1s"),
    "names glued": Kind("Epoch{e}: TrainLoss={t} ValLoss={v}"),
    "brackets": Kind("[Epoch {e}] [train loss: {t}] [val loss: {v}]"),
    "tags": Kind("<tr><td>epoch {e}</td><td>train loss {t}</td><td>val loss {v}</td></tr>"),
    "colours": Kind(
        "\x1b[1;32mepoch {e}\x1b[0m \x1b[33mtrain_loss\x1b[0m=\x1b[36m{t}\x1b[0m val_loss=\x1b[1m{v}\x1b[m"
    ),
    "times": Kind("Epoch {e} | Time 0:01:02 | ETA 1:02:03 | train loss {t} | val loss {v} | 12.1 it/s"),
    "rounds": Kind("Round {e}: train loss {t}, test loss {v}"),
    "another metric": Kind("epoch {e} | train nll {t} | val nll {v} | val ppl 9.1"),
    "a mean behind the value": Kind("Epoch {e} train_loss {t} (1.9) val_loss {v} (2.0)"),
    "percent, absent and thousands": Kind(
        "step {e},000/6,000 | loss {t} | val_loss - | ppl None\nstep {e},000/6,000 | val_loss {v} | val_acc {p}%",
        series=WITH_ACC,
        steps=THOUSANDS,
    ),
    "validation alone": Kind("Epoch {e}: validation loss {v}", series={"val_loss": VAL}),
}
"""As people write their own ``print``."""
