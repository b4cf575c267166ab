"""What other readers need for the same work; `cargo bench --bench reading` calls it.

run COMMAND...     wall seconds and peak memory (KiB) of one command
words FILE         seconds for the words of all pages with PyMuPDF, then a line of [x, y, word] for each page
pixels FILE        seconds for all pages at 150 dpi with PyMuPDF
pictures FILE DIR  seconds for the same written as PNG, and their bytes
embed FILE TO      the text of FILE again, in TrueType fonts that TO holds, as word processors write them
"""
import json
import os
import resource
import subprocess
import sys
import time


def run(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak": peak, "code": done.returncode}))


def words(path):
    import pymupdf

    start = time.perf_counter()
    document = pymupdf.open(path)
    pages = [page.get_text("words") for page in document]
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds}))
    for page, found in zip(document, pages):
        turned = []
        for word in found:
            middle = pymupdf.Point((word[0] + word[2]) / 2, (word[1] + word[3]) / 2)
            middle = middle * page.rotation_matrix
            turned.append([middle.x, middle.y, word[4]])
        print(json.dumps(turned))


def pixels(path):
    import pymupdf

    start = time.perf_counter()
    for page in pymupdf.open(path):
        page.get_pixmap(dpi=150)
    print(json.dumps({"seconds": time.perf_counter() - start}))


def pictures(path, folder):
    import pymupdf

    start = time.perf_counter()
    for page in pymupdf.open(path):
        page.get_pixmap(dpi=150).save(os.path.join(folder, f"{page.number}.png"))
    seconds = time.perf_counter() - start
    size = sum(entry.stat().st_size for entry in os.scandir(folder))
    print(json.dumps({"seconds": seconds, "bytes": size}))


def embed(path, to):
    import pymupdf

    plain, bold = pymupdf.Font("notos"), pymupdf.Font("notosbo")
    made = pymupdf.open()
    for page in pymupdf.open(path):
        new = made.new_page(width=page.rect.width, height=page.rect.height)
        writer = pymupdf.TextWriter(new.rect)
        for block in page.get_text("dict")["blocks"]:
            for line in block.get("lines", []):
                for span in line["spans"]:
                    # These letters are wider than those of the standard fonts.
                    font = bold if "Bold" in span["font"] else plain
                    writer.append(span["origin"], span["text"], font=font, fontsize=0.9 * span["size"])
        writer.write_text(new)
    # No writer embeds letters that it does not use.
    made.subset_fonts()
    made.ez_save(to)


tasks = {"run": lambda *command: run(list(command)), "words": words, "pixels": pixels, "pictures": pictures}
tasks["embed"] = embed
tasks[sys.argv[1]](*sys.argv[2:])
