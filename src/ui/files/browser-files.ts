/** Files of the user's computer: given to the browser, and asked of it. */

/** Hands a file to the browser. */
export function download(name: string, content: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Lets the user choose a file; undefined when none was chosen. */
export function chooseFile(accept: string): Promise<File | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('cancel', () => resolve(undefined));
    input.addEventListener('change', () => resolve(input.files?.[0]));
    input.click();
  });
}

/** Lets the user choose a file and reads it as text; undefined when none was chosen. */
export async function chooseText(accept: string): Promise<{ name: string; text: string } | undefined> {
  const file = await chooseFile(accept);
  return file && { name: file.name, text: await file.text() };
}
