/**
 * The passage that calibrates int8 attention when the model's folder has no calibration.txt. Written for this
 * purpose and dedicated to the public domain (CC0 1.0): plain prose, a list, numbers, a question, some code.
 */
export const CALIBRATION_TEXT = `The harbour woke slowly that morning. Two fishing boats had come in before dawn, and their
crews were already sorting the catch by the light of a single lamp: herring, mackerel, and one enormous cod that nobody
wanted to lift. "How much do you think it weighs?" asked the youngest of the men. "Enough," said the captain, who had
seen larger ones, and lit her pipe.

In 1874 the town counted 3,216 inhabitants, eleven inns and one school. Its museum lists what the storm of that year
destroyed:
- the old wooden bridge;
- forty-two boats, most of them small;
- the roof of the church, which was rebuilt within 18 months.

A machine that predicts the next word needs many such sentences. It multiplies, adds, and compares; for (int i = 0;
i < n; i++) sum += a[i] * b[i]; and then it begins again. Whether it understands the sea is another question, but it has
certainly read about whales.
`;
