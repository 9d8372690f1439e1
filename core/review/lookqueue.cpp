#include "core/review/lookqueue.h"

#include "core/frames/events.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

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

QStringList predicted(const FrameEntry &entry, const ModelInfo *model)
{
    if (entry.prediction && model)
        return entry.prediction->labels(*model);
    return entry.frame.camera ? entry.frame.camera->labels : QStringList();
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
    QHash<QString, std::array<int, 24>> byHour;
    QHash<QString, int> total;
    for (int row = 0; row < day.size(); ++row) {
        const int hour = std::max(0, day.at(row).frame.captureTime.time().hour());
        for (const QString &name : predicted(day.at(row), model)) {
            ++byHour[name][static_cast<size_t>(hour)];
            ++total[name];
        }
    }
    QHash<int, Look> looks;
    const auto frame = [&day](int row) -> const Frame & { return day.at(row).frame; };
    for (const Event &event : eventsOf(day.size(), frame, gapSeconds)) {
        QHash<QString, int> inVisit;
        for (int row = event.first; row <= event.last; ++row) {
            for (const QString &name : predicted(day.at(row), model))
                ++inVisit[name];
        }
        for (int row = event.first; row <= event.last; ++row) {
            const FrameEntry &entry = day.at(row);
            if (entry.state() != ReviewState::Unreviewed || entry.frame.gone)
                continue;
            Look look;
            noteThreshold(entry, model, look);
            const int hour = std::max(0, entry.frame.captureTime.time().hour());
            bool alone = false;
            bool rare = false;
            for (const QString &name : predicted(entry, model)) {
                if (event.count() >= longVisit && inVisit.value(name) == 1 && !alone) {
                    alone = true;
                    look.score += aloneScore;
                    look.reasons.append(tr("%1 is in this frame only of a visit of %2")
                                            .arg(name, QLocale().toString(event.count())));
                }
                const int here = byHour.value(name)[static_cast<size_t>(hour)];
                if (total.value(name) >= commonFrames && !rare &&
                    here <= rareShare * total.value(name)) {
                    rare = true;
                    look.score += rareScore;
                    look.reasons.append(tr("%1 is rare at this hour (%2 of %3 frames)")
                                            .arg(name, QLocale().toString(here),
                                                 QLocale().toString(total.value(name))));
                }
            }
            if (look.score > 0.0)
                looks.insert(row, look);
        }
    }
    return looks;
}

} // namespace birblens
