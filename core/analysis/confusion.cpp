// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/confusion.h"

namespace birblens {

double Confusion::rowSum(int truth) const
{
    double sum = 0.0;
    for (int column = 0; column < size; ++column)
        sum += at(truth, column);
    return sum;
}

Confusion confusionOf(const SampleSet &set)
{
    Confusion confusion;
    confusion.size = static_cast<int>(set.names.size());
    confusion.cells.fill(0.0, qsizetype(confusion.size) * confusion.size);
    const auto cell = [&](int row, int column) -> double & {
        return confusion.cells[qsizetype(row) * confusion.size + column];
    };
    const int none = set.none();
    for (const Sample &sample : set.samples) {
        if (!sample.judged())
            continue;
        ++confusion.frames;
        QList<int> missed;
        QList<int> surplus;
        for (const int index : sample.truth) {
            if (sample.predicted.contains(index))
                cell(index, index) += 1.0;
            else
                missed.append(index);
        }
        for (const int index : sample.predicted) {
            if (!sample.truth.contains(index))
                surplus.append(index);
        }
        for (const int row : std::as_const(missed)) {
            for (const int column : std::as_const(surplus))
                cell(row, column) += 1.0 / static_cast<double>(surplus.size());
            if (surplus.isEmpty())
                cell(row, none) += 1.0;
        }
        if (missed.isEmpty()) {
            for (const int column : std::as_const(surplus))
                cell(none, column) += 1.0;
        }
    }
    return confusion;
}

} // namespace birblens
