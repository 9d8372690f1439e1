// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/lookqueue.h"

#include "core/frames/events.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace birblens {

namespace {

constexpr double near = 0.25;
constexpr double aloneScore = 0.6;
constexpr double rareScore = 0.4;
constexpr double rareShare = 0.02;
constexpr int commonFrames = 50;
constexpr int longVisit = 3;

QString tr(const char *text)
{
    return QCoreApplication::translate("LookQueue", text);
}

/** What is predicted in every frame, names as numbers: a day has many frames and few names. */
class Predicted
{
public:
    Predicted(const Day &day, const ModelInfo *model)
    {
        if (model)
            m_names = model->vocabulary;
        for (qsizetype i = 0; i < m_names.size(); ++i)
            m_numbers.insert(m_names.at(i), static_cast<int>(i));
        m_ends.reserve(static_cast<size_t>(day.size()));
        for (int row = 0; row < day.size(); ++row) {
            const FrameEntry &entry = day.at(row);
            if (entry.prediction && model) {
                for (const int index : entry.prediction->classes) {
                    if (index < model->vocabulary.size())
                        m_all.push_back(index);
                }
            } else if (entry.frame.camera) {
                for (const QString &name : entry.frame.camera->labels)
                    m_all.push_back(numberOf(name));
            }
            m_ends.push_back(m_all.size());
        }
    }

    int count() const { return static_cast<int>(m_names.size()); }
    const QString &name(int number) const { return m_names.at(number); }
    std::span<const int> in(int row) const
    {
        const size_t first = row > 0 ? m_ends[static_cast<size_t>(row) - 1] : 0;
        return std::span(m_all).subspan(first, m_ends[static_cast<size_t>(row)] - first);
    }

private:
    int numberOf(const QString &name)
    {
        const auto known = m_numbers.constFind(name);
        if (known != m_numbers.cend())
            return *known;
        m_names.append(name);
        return *m_numbers.insert(name, static_cast<int>(m_names.size()) - 1);
    }

    QStringList m_names;
    QHash<QString, int> m_numbers;
    std::vector<int> m_all;
    std::vector<size_t> m_ends; ///< by row, in m_all
};

size_t hourOf(const FrameEntry &entry)
{
    return static_cast<size_t>(std::max(0, entry.frame.captureTime.time().hour()));
}

void noteThreshold(const FrameEntry &entry, const ModelInfo *model, Look &look)
{
    if (!entry.prediction || !model || model->task != Task::MultiLabel)
        return;
    double nearest = near;
    qsizetype which = -1;
    for (qsizetype i = 0; i < entry.prediction->probabilities.size(); ++i) {
        const double away = std::fabs(static_cast<double>(entry.prediction->probabilities[i]) -
                                      model->thresholds.value(i, 0.5));
        if (away < nearest) {
            nearest = away;
            which = i;
        }
    }
    if (which < 0)
        return;
    look.score += 1.0 - nearest / near;
    look.reasons.append(
        tr("%1 is near its threshold (%2)")
            .arg(model->vocabulary.value(which),
                 QLocale().toString(static_cast<double>(entry.prediction->probabilities[which]),
                                    'f', 2)));
}

} // namespace

QHash<int, Look> needsALook(const Day &day, const ModelInfo *model, double gapSeconds)
{
    const Predicted predicted(day, model);
    const auto names = static_cast<size_t>(predicted.count());
    std::vector<std::array<int, 24>> byHour(names);
    std::vector<int> total(names);
    for (int row = 0; row < day.size(); ++row) {
        for (const int name : predicted.in(row)) {
            ++byHour[static_cast<size_t>(name)][hourOf(day.at(row))];
            ++total[static_cast<size_t>(name)];
        }
    }
    QHash<int, Look> looks;
    std::vector<int> inVisit(names);
    const auto frame = [&day](int row) -> const Frame & { return day.at(row).frame; };
    for (const Event &event : eventsOf(day.size(), frame, gapSeconds)) {
        const auto addVisit = [&](int change) {
            for (int row = event.first; row <= event.last; ++row) {
                for (const int name : predicted.in(row))
                    inVisit[static_cast<size_t>(name)] += change;
            }
        };
        addVisit(1);
        for (int row = event.first; row <= event.last; ++row) {
            const FrameEntry &entry = day.at(row);
            if (entry.state() != ReviewState::Unreviewed || entry.frame.gone)
                continue;
            Look look;
            noteThreshold(entry, model, look);
            bool alone = false;
            bool rare = false;
            for (const int number : predicted.in(row)) {
                const auto name = static_cast<size_t>(number);
                if (event.count() >= longVisit && inVisit[name] == 1 && !alone) {
                    alone = true;
                    look.score += aloneScore;
                    look.reasons.append(
                        tr("%1 appears in only 1 of this visit's %2 frames")
                            .arg(predicted.name(number), QLocale().toString(event.count())));
                }
                const int here = byHour[name][hourOf(entry)];
                if (total[name] >= commonFrames && !rare && here <= rareShare * total[name]) {
                    rare = true;
                    look.score += rareScore;
                    look.reasons.append(tr("%1 is rare at this hour (%2 of %3 frames)")
                                            .arg(predicted.name(number), QLocale().toString(here),
                                                 QLocale().toString(total[name])));
                }
            }
            if (look.score > 0.0)
                looks.insert(row, look);
        }
        addVisit(-1);
    }
    return looks;
}

} // namespace birblens
