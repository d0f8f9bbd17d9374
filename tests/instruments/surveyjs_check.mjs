// Reads [{form, answers}] from stdin, loads each form in survey-core and writes what it found to stdout.
import { createRequire } from "module";
import { readFileSync } from "fs";

const require = createRequire(process.argv[2] + "/package.json");
const { Model } = require("survey-core");
const faults = [];
for (const kind of ["log", "warn", "error"]) console[kind] = (...words) => faults.push(words.join(" "));

const results = JSON.parse(readFileSync(0, "utf8")).map(({ form, answers }) => {
  faults.length = 0;
  const model = new Model(form);
  const errors = (model.jsonErrors || []).map((error) => error.message);
  const questions = model.getAllQuestions();
  const names = questions.flatMap((question) =>
    question.getType() === "matrix" ? question.rows.map((row) => `${question.name}.${row.value}`) : [question.name]);
  // Hidden answers stay for the comparison: every condition is judged on the same answers.
  model.clearInvisibleValues = "none";
  const visible = answers.map((data) => {
    model.data = data;
    return questions.flatMap((question) =>
      question.getType() === "matrix"
        ? question.rows.filter((row) => row.isVisible).map((row) => `${question.name}.${row.value}`)
        : question.isVisible ? [question.name] : []);
  });
  return { names, errors, faults: [...faults], visible };
});
process.stdout.write(JSON.stringify(results));
