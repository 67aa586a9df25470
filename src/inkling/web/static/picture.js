// A picture file on its way to the server: its small preview, the copy that is kept of it, and the form that carries it.

const PREVIEW_PX = 160;
const COPY_PX = 640;
const SMALL_BYTES = 64 * 1024;

// A small data URL, or "" where this browser cannot show such a file (TIFF, say); the server may still read it.
export async function previewOf(file) {
  try {
    return (await scaled(file, PREVIEW_PX)).toDataURL("image/webp", 0.8);
  } catch {
    return "";
  }
}

// What to keep of a file so that it can be taught later: a small one whole, a large one scaled down; null where that cannot be.
export async function copyOf(file) {
  try {
    if (file.size <= SMALL_BYTES) return new Blob([await file.arrayBuffer()], { type: file.type });
    const canvas = await scaled(file, COPY_PX);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", 0.9));
  } catch {
    return null;
  }
}

async function scaled(file, longest) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

// Throws an error in the server's own shape for what need not be sent.
export async function formOf(file, options, maxBytes) {
  if (file.size > maxBytes) {
    const [size, most] = [file.size, maxBytes].map((bytes) => bytes.toLocaleString("en"));
    throw { code: "image_too_large", message: `The picture has ${size} bytes; at most ${most} are read.`, hint: "Scale it down, or save it as a JPEG." };
  }
  let content;
  try {
    content = await file.arrayBuffer();
  } catch {
    throw { code: "unreadable_file", message: "The browser cannot open this file.", hint: "Choose a picture file, not a folder." };
  }
  const form = new FormData();
  form.append("image", new Blob([content]), "picture");
  for (const [name, value] of Object.entries({ glyph: "true", ...options })) form.append(name, value);
  return form;
}
