"""Tables in a text, and progress bars."""

from __future__ import annotations

from helpers.log_run import FROM_ZERO, HUNDREDS, ONE_LOSS, WITH_ACC, Kind

BARS = {
    "lightning": Kind(
        "".join(
            f"\rEpoch {{z}}: {done:>3}%|███       | {done}/100 [00:01<00:03, 31.2it/s, train_loss=2.9, val_loss=3.3]"
            for done in (10, 50, 90)
        )
        + "\rEpoch {z}: 100%|██████████| 100/100 [00:03<00:00, 31.2it/s, v_num=0, train_loss={t}, val_loss={v}]",
        steps=FROM_ZERO,
    ),
    "keras": Kind(
        "\x1b[1mEpoch {e}/6\x1b[0m\n"
        + "".join(
            f"\x1b[1m{done:>3}/100\x1b[0m \x1b[32m{'━' * (done // 5)}\x1b[0m\x1b[37m{'━' * (20 - done // 5)}\x1b[0m "
            "\x1b[1m2s\x1b[0m 30ms/step - accuracy: 0.1111 - loss: 3.1111\r"
            for done in (20, 60, 80)
        )
        + f"\x1b[1m100/100\x1b[0m \x1b[32m{'━' * 20}\x1b[0m \x1b[1m3s\x1b[0m 30ms/step - accuracy: 0.3 - loss: {{t}} - "
        "val_accuracy: {a} - val_loss: {v}",
        series=WITH_ACC,
    ),
    "keras with backspaces": Kind(
        "Epoch {e}/6\n 50/100 [=====>.....] - ETA: 1s - loss: 3.1\x08\x08\x08\x08\x08\x08100/100 [===========] - 3s - "
        "loss: {t} - val_loss: {v}"
    ),
    "trainer's dictionaries in a bar": Kind(
        "\r 17%|█▋        | {e}00/600 [01:10<05:50,  1.43it/s]{{'loss': '{t}', 'epoch': '{e}'}}\n"
        "\r  0%|          | 0/10 [00:00<?, ?it/s]\x1b[A\r 40%|████      | 4/10 [00:01<00:01,  3.1it/s]\x1b[A"
        "{{'eval_loss': '{v}', 'eval_accuracy': '{a}', 'epoch': '{e}'}}",
        series=WITH_ACC,
    ),
    "two bars an epoch": Kind(
        "\rtrain {e}: 100%|████| 100/100 [00:31<00:00, 3.2it/s, epoch={e}, loss={t}]\n"
        "\rvalid {e}: 100%|████| 10/10 [00:03<00:00, 3.2it/s, loss={v}]"
    ),
}

TABLES = {
    "markdown": Kind(
        "| {e} | {t} | **{v}** | {a} | 00:0{e} | fine |",
        head="| Epoch | Train Loss | Valid Loss | Accuracy | Time | Note |\n|--:|--:|--:|--:|:-:|---|\n",
        series=WITH_ACC,
    ),
    "model card": Kind(
        "| {t} | {e}.0 | {e}00 | {v} | {a} |",
        head="---\nlicense: mit\n---\n# a model\n\nIt achieves a loss of 1.4 on the evaluation set.\n\n"
        "- learning_rate: 5e-05\n- num_epochs: 6.0\n\n"
        "| Training Loss | Epoch | Step | Validation Loss | Accuracy |\n|:--:|:--:|:--:|:--:|:--:|\n",
        series=WITH_ACC,
        steps=HUNDREDS,
    ),
    "fastai": Kind(
        "{e}         {t:.6f}    {v:.6f}    {a:.6f}  00:0{e}",
        head="epoch     train_loss  valid_loss  accuracy  time\n",
        series=WITH_ACC,
    ),
    "names of two words": Kind(
        "{e}00 {t} {v} {a}", head="Step Training Loss Validation Loss Accuracy\n", series=WITH_ACC, steps=HUNDREDS
    ),
    "tabs": Kind(
        "{e}00\t{t}\t{v}\t{p}", head="Step\tTraining Loss\tValidation Loss\tAcc\n", series=WITH_ACC, steps=HUNDREDS
    ),
    "pandas": Kind("{z}      {e}       {t:.3f}     {v:.3f}", head="   epoch  train_loss  val_loss\n"),
    "a drawn box": Kind(
        "│ {e}     │ {t:.3f}      │ {v:.3f}    │",
        head="┏━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━┓\n┃ Epoch ┃ Train loss ┃ Val loss ┃\n"
        "┡━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━┩\n",
    ),
    "polars": Kind(
        "│ {e}     ┆ {t}  ┆ {v} │",
        head="┌───────┬────────────┬──────────┐\n│ epoch ┆ train_loss ┆ val_loss │\n│ ---   ┆ ---        ┆ ---      │\n"
        "│ i64   ┆ f64        ┆ f64      │\n╞═══════╪════════════╪══════════╡\n",
    ),
    "commas behind another line": Kind(
        "{e},{t},{v},{a}", head="Starting the run\nepoch,train_loss,val_loss,val_acc\n", series=WITH_ACC
    ),
    "spaCy": Kind(
        "  {z}     {e}00          0.11     {t:.3f}   {p}    {a:.2f}",
        head="E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE\n"
        "---  ------  ------------  --------  ------  ------\n",
        series=ONE_LOSS,
        steps=HUNDREDS,
    ),
    "ultralytics": Kind(
        "        {e}/6      2.3G      {t}      0.1      0.2      50        640: 100%|████| 10/10 [00:03<00:00]\n"
        "                   all        128        929      0.641      0.537      0.61      0.446",
        head="\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n",
        series=ONE_LOSS,
    ),
}
