// Token sequences that the runner hands to the test bench and to the host program: ids in decimal, one sequence per
// line.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Ends the program with a sentence.
[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "ERROR: %s\n", message.c_str());
  std::exit(2);
}

/// Reads a file of sequences; every id must be below `vocabulary`.
inline std::vector<std::vector<int>> read_sequences(const std::string& path, int vocabulary) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) fail("cannot open " + path);
  std::vector<std::vector<int>> sequences(1);
  int id = 0;
  bool in_number = false;
  for (int c = std::fgetc(file);; c = std::fgetc(file)) {
    if (c >= '0' && c <= '9') {
      id = id * 10 + (c - '0');
      in_number = true;
      if (id >= vocabulary) fail(path + " contains an id outside the vocabulary");
      continue;
    }
    if (in_number) sequences.back().push_back(id);
    id = 0;
    in_number = false;
    if (c == '\n') sequences.emplace_back();
    if (c == EOF) break;
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') fail(path + " contains something that is not an id");
  }
  std::fclose(file);
  while (!sequences.empty() && sequences.back().empty()) sequences.pop_back();
  for (const auto& sequence : sequences)
    if (sequence.empty()) fail(path + " contains an empty sequence");
  return sequences;
}
