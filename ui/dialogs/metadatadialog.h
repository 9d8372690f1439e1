// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QDialog>

#include <array>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace birblens {

struct MetadataQuestion;

/** Asks for what a bare TorchScript file does not say: classes, input size and treatment. */
class MetadataDialog : public QDialog
{
    Q_OBJECT
public:
    explicit MetadataDialog(const MetadataQuestion &question, QWidget *parent = nullptr);

    ModelInfo answer() const;

private:
    void loadNames();
    void update();
    QStringList names() const;

    ModelInfo m_suggestion;
    int m_outputs = 0;
    QPlainTextEdit *m_names;
    QLabel *m_count;
    QSpinBox *m_height;
    QSpinBox *m_width;
    QComboBox *m_resize;
    QComboBox *m_task;
    std::array<QDoubleSpinBox *, 3> m_mean{};
    std::array<QDoubleSpinBox *, 3> m_std{};
    QPushButton *m_open;
};

} // namespace birblens
