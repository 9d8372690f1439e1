// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/thresholdforecast.h"
#include "ui/plots/plotpanel.h"

#include <QThreadPool>

#include <optional>

class QCPBars;
class QCPItemStraightLine;
class QCPItemText;
class QDoubleSpinBox;
class QLabel;
class QMouseEvent;
class QPushButton;

namespace birblens {

class ClassPicker;

/**
 * Probabilities of a class on reviewed frames, where it was there against where it was not, and a
 * threshold to drag: what it would have removed and lost. Chosen thresholds go into a copy of the
 * model.
 */
class ThresholdPlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit ThresholdPlot(ReviewSession &session, QWidget *parent = nullptr);
    ~ThresholdPlot() override; ///< waits for a copy that is being written

    double threshold() const; ///< of the class that is shown
    void setThreshold(double threshold);
    QString sentence() const;
    /** Where the handle is, in the plot's pixels. */
    QPoint handlePlace() const;
    /** Writes a copy of the model with the chosen thresholds; a message follows. */
    void store(const QString &path);

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const ClassForecast &forecast);
    void askStore();
    void stored(const Result<QString> &result);
    void showThreshold();
    bool onHandle(const QPoint &pos) const;
    double presentThreshold() const;
    void press(QMouseEvent *event);
    void move(QMouseEvent *event);

    ClassPicker *m_class;
    QDoubleSpinBox *m_value;
    QPushButton *m_store;
    QLabel *m_sentence;
    QCPBars *m_true;
    QCPBars *m_false;
    QCPItemStraightLine *m_line;
    QCPItemStraightLine *m_present; ///< the model's own threshold
    QCPItemText *m_grip;
    std::optional<ClassForecast> m_forecast;
    QString m_modelId;
    QList<double> m_chosen; ///< by class, of that model
    bool m_dragging = false;
    bool m_writing = false; ///< a copy of the model
    QThreadPool m_writer;   ///< one copy at a time
};

} // namespace birblens
