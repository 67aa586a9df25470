// A picture file on its way to the server: its small preview, and the form that carries it.

const PREVIEW_PX = 160;

// A small data URL, or "" where this browser cannot show such a file (TIFF, say); the server may still read it.
export async function previewOf(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL("image/webp", 0.8);
  } catch {
    return "";
  }
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
