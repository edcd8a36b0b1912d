"""`export-onnx.py FOLDER NAME...`: writes torchvision networks with random weights, for those that read files.

NAME.onnx is what torch.onnx.export makes by its defaults, with any number of images; NAME.safetensors has the same weights;
NAME.json has the network's output for the first image that ../workload.ts makes.
"""

import json
import pathlib
import struct
import sys

import torch

from workload import IMAGE, inference_network, random_batch


def write_safetensors(path, tensors):
    header, end = {}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, end]}
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().tobytes())


def export(name, folder):
    model = inference_network(name)
    image, _ = random_batch(1, IMAGE)
    torch.onnx.export(
        model, image, folder / f"{name}.onnx", opset_version=13,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
    )
    write_safetensors(folder / f"{name}.safetensors", {
        key: tensor for key, tensor in model.state_dict().items() if not key.endswith("num_batches_tracked")
    })
    with torch.inference_mode():
        output = model(image)[0]
    # The last file: where it is, the others are whole.
    (folder / f"{name}.json").write_text(json.dumps({"output": output.tolist()}))


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in sys.argv[2:]:
    export(name, folder)
