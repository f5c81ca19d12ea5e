export default function MemoryView() { return null; }
